"""The catalogue on its page: every number opens its rows, and the county sets its own cycles."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from jishi.accounts.models import Person, Posting
from jishi.accounts.rules.viewer import SYSTEM
from jishi.flows.place_editing import folder_in_use
from jishi.flows.place_loading import load_place
from jishi.parts import actions, queries
from jishi.parts.models import Component
from jishi.parts.rules.catalogue import SubclassEntry
from jishi.territory.queries import county
from tests.cast import NOW, TODAY
from tests.matters.town import forget
from tests.parts.conftest import town as town
from tests.parts.square import CATALOGUE, put

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06", "K29-I5")]


def said(**more):
    return {"once_key": str(uuid.uuid4())} | more


def test_the_catalogue_shows_how_many_there_are_in_the_own_area(client, town):
    for serial in (1, 2):
        put(town, serial=serial)
    put(town, serial=3, unit_id=town.other_grid.pk)
    for who, number in (("li", 2), ("wang", 3)):
        town.login(client, who)
        page = client.get("/parts/classes/").content.decode()
        assert f'kind=0118">{number}</a>' in page
        assert "设定周期" not in page
        assert client.get("/parts/classes/0118/").status_code == 403


def test_with_a_new_cycle_every_component_gets_a_new_day(town):
    seen = put(town, serial=1, inspected_on=TODAY - dt.timedelta(days=10))
    never = [put(town, serial=serial) for serial in range(2, 40)]
    shorter = [SubclassEntry("0118", "路灯", "01", "公用设施", "20"), *(one for one in CATALOGUE if one.code != "0118")]
    actions.load_catalogue(entries=shorter, by=SYSTEM, now=NOW)
    days = dict(Component.objects.values_list("code", "inspect_by"))
    assert days[seen] == TODAY + dt.timedelta(days=10)
    assert {days[code] for code in never} == {TODAY + dt.timedelta(days=n) for n in range(1, 21)}
    without = [SubclassEntry("0118", "路灯", "01", "公用设施", ""), *(one for one in CATALOGUE if one.code != "0118")]
    actions.load_catalogue(entries=without, by=SYSTEM, now=NOW)
    assert set(Component.objects.values_list("inspect_by", flat=True)) == {None}


def test_a_cycle_that_cannot_be_is_asked_again(client, town):
    town.login(client, "zhao")
    for wrong in (
        {"days": "0", "source": "县城管局"},
        {"days": "一月", "source": "县城管局"},
        {"days": "30", "source": ""},
    ):
        assert client.post("/parts/classes/0118/", said(**wrong)).status_code == 422
    assert client.get("/parts/classes/9999/").status_code == 404
    assert queries.subclass("0118").inspection_days == 90


def test_a_cycle_the_county_sets_outlives_the_next_load(client, settings, tmp_path):
    """In the place that came along, with an administrator of its county."""
    settings.VAR_DIR = tmp_path
    load_place(Path(settings.PLACES_DIR) / "shifeng", now=timezone.now())
    here = county()
    person = Person.objects.create(username="admin", name="小赵", is_active=True)
    Posting.objects.create(person=person, unit_id=here.id, role="administrator", valid_from=TODAY)
    client.force_login(person)
    try:
        said_so = said(days="30", source="县城管局2026年办法")
        assert client.post("/parts/classes/0118/", said_so).url == "/parts/classes/"
        kind = queries.subclass("0118")
        assert (kind.inspection_days, kind.source, kind.name) == (30, "县城管局2026年办法", "路灯")
        assert len(queries.subclasses()) == 180
        load_place(folder_in_use("shifeng"), now=timezone.now())
        assert queries.subclass("0118").inspection_days == 30
        client.post("/parts/classes/0101/", said(days="", source="本县不定期"))
        assert (queries.subclass("0101").inspection_days, queries.subclass("0118").inspection_days) == (None, 30)
    finally:
        forget()
