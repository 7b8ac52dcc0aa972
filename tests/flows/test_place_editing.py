"""An administrator changes the template: all of it or nothing, and the next load reads what was changed."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from jishi.flows.place_editing import change_template, folder_in_use, template_text
from jishi.flows.place_loading import OPERATOR, load_place
from jishi.kernel.errors import DomainError
from jishi.territory.queries import place, place_versions
from tests.matters.town import forget

pytestmark = pytest.mark.django_db


@pytest.fixture
def shifeng(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    load_place(Path(settings.PLACES_DIR) / "shifeng", now=timezone.now())
    yield
    forget()


@pytest.mark.capability("C01")
def test_a_changed_template_is_a_new_version_and_is_kept(shifeng):
    text = template_text().replace("number_prefix: SF", "number_prefix: SQ")
    assert change_template(text=text, by=OPERATOR, now=timezone.now()).is_new_version
    assert place().number_prefix == "SQ"
    assert len(place_versions()) == 2
    assert folder_in_use("shifeng").is_relative_to(settings.VAR_DIR)
    assert template_text() == text
    assert not change_template(text=text, by=OPERATOR, now=timezone.now()).is_new_version


@pytest.mark.parametrize("spoil", ["levels: [", "levels: []", "number_prefix: 石峰"])
def test_a_template_with_a_mistake_changes_nothing(shifeng, spoil):
    before = template_text()
    with pytest.raises(DomainError) as refusal:
        change_template(text=f"{before}\n{spoil}\n", by=OPERATOR, now=timezone.now())
    assert "place.yaml" in refusal.value.message
    assert template_text() == before
    assert len(place_versions()) == 1
