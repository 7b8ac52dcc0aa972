"""Bodies in the database: loading, finding the nearest, ending."""

from dataclasses import replace

import pytest

from jishi.audit.models import Entry
from jishi.kernel.errors import Conflict, NotFound
from jishi.organizations import actions, queries
from jishi.organizations.actions import Followed
from jishi.organizations.rules.bodies import BodyEntry, standard_bodies
from jishi.territory import actions as territory
from jishi.territory import queries as units
from jishi.territory.rules.loading import Counts, LoadRefused
from tests.organizations.test_rules_bodies import COMMITTEES, COMMUNITY, COUNTY, TOWN, UNITS
from tests.territory.test_actions import CONTENT, LATER, NOW, ZHAO

CGJ = BodyEntry("CGJ", "石峰区城市管理和综合执法局", "城管局", "department", COUNTY, "", "000-0001")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county():
    territory.load_place(content=CONTENT, by=ZHAO, now=NOW)
    territory.load_units(entries=UNITS, by=ZHAO, now=NOW)
    actions.load_organizations(entries=entries(), by=ZHAO, now=NOW)


def entries():
    return [*standard_bodies(UNITS, COMMITTEES), CGJ]


def at(code):
    return units.by_code(code)


def test_loading_twice_changes_nothing():
    before = Entry.objects.count()
    assert actions.load_organizations(entries=entries(), by=ZHAO, now=LATER) == Counts(unchanged=7)
    assert Entry.objects.count() == before


def test_a_corrected_row_keeps_the_body():
    old = queries.by_code("CGJ")
    changed = [*entries()[:-1], replace(CGJ, phone="000-0009")]
    assert actions.load_organizations(entries=changed, by=ZHAO, now=LATER) == Counts(changed=1, unchanged=6)
    assert queries.by_code("CGJ") == replace(old, phone="000-0009")


def test_one_bad_row_leaves_everything_as_it_was():
    with pytest.raises(LoadRefused):
        actions.load_organizations(entries=[replace(CGJ, name="新"), replace(CGJ, code="")], by=ZHAO, now=LATER)
    queries.forget_cache()
    assert queries.by_code("CGJ").name == CGJ.name


@pytest.mark.parametrize(
    ("place", "centre", "office"),
    [
        (COMMUNITY + "001", f"WG{TOWN}", f"BM{COMMUNITY}"),
        (COMMUNITY, f"WG{TOWN}", f"BM{COMMUNITY}"),
        (TOWN, f"WG{TOWN}", None),
        (COUNTY, f"WG{COUNTY}", None),
    ],
)
@pytest.mark.capability("C35")
def test_the_nearest_centre_and_office_answer_for_a_place(place, centre, office):
    found = queries.community_office_for(at(place))
    assert queries.centre_for(at(place)).code == centre
    assert (found.code if found else None) == office


def test_what_has_no_named_superior_rises_to_the_county_centre():
    assert queries.superior_of(queries.by_code("CGJ")).code == f"WG{COUNTY}"
    assert queries.superior_of(queries.by_code(f"BM{COMMUNITY}")).code == f"BM{TOWN}"
    assert queries.superior_of(queries.by_code(f"WG{COUNTY}")) is None


def test_bodies_are_offered_departments_first_and_found_by_any_name():
    assert queries.dispatchable()[0].code == "CGJ"
    assert [b.code for b in queries.search("城管")] == ["CGJ"]
    assert queries.search("田心街道")[0].short_name.startswith("田心街道")
    assert [b.code for b in queries.dispatchable("community_office")] == [f"BM{COMMUNITY}"]
    assert {b.code for b in queries.within(at(TOWN))} == {f"WG{TOWN}", f"BM{TOWN}", f"BM{COMMUNITY}"}


def test_an_ended_body_is_offered_no_more_but_its_name_stays_known():
    body = queries.by_code("CGJ")
    actions.end_organization(organization_id=body.id, by=ZHAO, now=LATER)
    assert queries.organization(body.id) is None
    assert queries.name_on_record(body.id) == CGJ.name
    with pytest.raises(Conflict, match="已经撤销"):
        actions.end_organization(organization_id=body.id, by=ZHAO, now=LATER)
    with pytest.raises(NotFound):
        queries.name_on_record(10**9)


@pytest.mark.capability("K22-B6")
def test_a_body_with_work_in_hand_is_not_ended():
    body = queries.by_code("CGJ")
    with pytest.raises(Conflict, match="还有3件事项"):
        actions.end_organization(organization_id=body.id, by=ZHAO, now=LATER, held_by=lambda _id: "还有3件事项")
    assert queries.organization(body.id) is not None


def test_a_body_with_others_below_it_is_not_ended():
    with pytest.raises(Conflict, match="东门社区居委会"):
        actions.end_organization(organization_id=queries.by_code(f"BM{TOWN}").id, by=ZHAO, now=LATER)


def test_bodies_follow_their_units():
    done = territory.rename_unit(unit_id=at(TOWN).id, name="新街道", by=ZHAO, now=LATER)
    moves = [(follow.former_id, follow.successor_id) for follow in done.follows]
    assert actions.follow_units(moves=moves, by=ZHAO, now=LATER) == Followed(moved=3)
    assert queries.centre_for(at(COMMUNITY)).code == f"WG{TOWN}"
    assert queries.community_office_for(at(COMMUNITY + "001")).unit_path == at(COMMUNITY).path
