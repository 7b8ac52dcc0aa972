"""What is registered and why, for everybody to read; and the counts above the list of people."""

import pytest
from django.utils import timezone

from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.populations import Population
from jishi.registers.rules.vocabulary import Relation, StayKind
from tests.registers.town import enter, person

pytestmark = pytest.mark.django_db


@pytest.mark.capability("K29-I7", "L01", "L08")
def test_residents_read_what_is_registered_and_what_for(town, client):
    text = client.get("/registers/fields/").content.decode()
    for fields in FIELDS.values():
        for field in fields.values():
            assert field.label in text
            assert field.purpose in text
    assert "没有“特殊人群”名单" in text
    assert "/registers/fields/" in client.get("/report/").content.decode()


@pytest.mark.capability("C24", "K29-B1")
def test_each_count_of_people_says_what_it_counts_and_opens_to_them(town, client):
    away = (StayKind.REGISTERED,)
    enter(town, person("张清晓"), person("李月禾", Relation.SPOUSE, stays=away), now=timezone.now())
    page = town.login(client, "zhou")
    text = page.get("/registers/?show=residents").content.decode()
    for each in Population:
        assert each.label in text
        assert each.definition in text
    opened = page.get("/registers/?show=residents&population=present").content.decode()
    assert "张清晓" in opened
    assert "李月禾" not in opened
    assert "李月禾" in page.get("/registers/?show=residents&population=registered").content.decode()
    assert "李月禾" in page.get("/registers/?show=residents&population=nonsense").content.decode()
