"""The folder of a place and changes of units: neither cuts staff off, and an old folder undoes no change."""

import datetime as dt
import shutil

import pytest

from jishi.accounts import actions as accounts
from jishi.accounts.models import Posting
from jishi.accounts.queries import viewer_of
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM
from jishi.flows import unit_changes
from jishi.flows.place_loading import OPERATOR, load_place
from jishi.matters.actions.registration import register
from jishi.matters.queries.worklist import Filter, worklist
from jishi.matters.rules.given import Report
from jishi.matters.rules.vocabulary import Channel
from jishi.organizations import queries as organizations
from jishi.territory import queries as units
from jishi.territory.rules.succession import Part
from tests.accounts.sense import all_make_sense
from tests.cast import NOW, TODAY
from tests.matters.town import forget
from tests.places.test_templates import PLACES, spoil

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    for name in ("shifeng", "common"):
        shutil.copytree(PLACES / name, tmp_path / name)
    load_place(tmp_path / "shifeng", now=NOW - dt.timedelta(days=30))
    yield tmp_path / "shifeng"
    forget()


def staff(code: str, username: str) -> int:
    """Somebody of the office of a community."""
    unit = units.by_code(code)
    office = organizations.community_office_for(unit)
    person_id = accounts.add_person(username=username, name="老周", by=SYSTEM, now=NOW)
    accounts.open_posting(
        person_id=person_id, role=Role.COMMUNITY, unit_id=unit.id, organization_id=office.id, by=SYSTEM, now=NOW
    )
    return person_id


def picture() -> tuple[list, list]:
    bodies = sorted((body.code, body.name, body.unit_id) for body in organizations.dispatchable())
    return [(u.id, u.code, u.name, u.kind, u.path) for u in units.tree()], bodies


@pytest.mark.capability("C03", "C92")
def test_a_new_name_in_the_folder_cuts_nobody_off(folder):
    person_id = staff("430204001003", "zhou")
    unit = units.by_code("430204001003")
    report = Report(channel=Channel.RESIDENT, text="路灯不亮，晚上看不见路。", unit_id=unit.id)
    number = register(report=report, by=None, now=NOW).number
    spoil(folder / "divisions.csv", "东门社区居委会", "东大门社区居委会")
    load_place(folder, now=NOW)
    viewer = viewer_of(person_id, TODAY)
    assert [grant.unit_name for grant in viewer.grants] == ["东大门社区"]
    assert [row["number"] for row in worklist(viewer, Filter(), now=NOW).rows] == [number]
    all_make_sense()


@pytest.mark.capability("C03")
def test_a_folder_from_before_a_change_does_not_undo_it(folder):
    people = [staff(unit.code, f"zhou{unit.code}") for unit in units.units(2)[:8]]
    first, second, third, fourth, fifth = units.units(2)[:5]
    towns = units.units(1)
    change = {"by": OPERATOR, "now": NOW}
    unit_changes.rename(unit_id=first.id, name="新名社区", **change)
    unit_changes.split(
        unit_id=second.id, parts=[Part("甲社区", "430204001090"), Part("乙社区", second.code)], primary=0, **change
    )
    unit_changes.merge(unit_ids=[third.id, fourth.id], into=Part("大社区", fourth.code), **change)
    unit_changes.move(unit_id=fifth.id, parent_id=towns[-1].id, code=f"{towns[-1].code[:9]}091", **change)
    all_make_sense()
    before = picture()
    again = load_place(folder, now=NOW + dt.timedelta(days=1))
    assert not again.counts["units"].anything_happened
    assert not again.counts["organizations"].new
    now = picture()
    assert now[0] == before[0]
    assert [(code, unit_id) for code, _, unit_id in now[1]] == [(code, unit_id) for code, _, unit_id in before[1]]
    assert units.tree().faults() == []
    assert len({viewer_of(person, TODAY).grants[0].unit_id for person in people}) == 7  # two communities became one
    assert Posting.objects.filter(valid_to__isnull=True).count() == 8
    all_make_sense()
