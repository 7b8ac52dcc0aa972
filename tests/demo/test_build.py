"""The demo county: true to scale, alive today, invented throughout, the same every time."""

import datetime as dt
import re
from random import Random

import pytest
from django.contrib.auth import authenticate
from django.db import transaction

from jishi.accounts.models import Person, Posting
from jishi.accounts.queries import viewer_of
from jishi.accounts.rules.roles import Role
from jishi.addresses.queries import children, tops
from jishi.addresses.queries.posts import holders
from jishi.addresses.rules.posts import BuildingPost
from jishi.audit.queries import verify
from jishi.demo.build import build, grid_entries
from jishi.demo.intake import draw_arrivals
from jishi.demo.staff import PASSWORD, PERSONAS
from jishi.flows.grid_standing import standing
from jishi.kernel.errors import Conflict
from jishi.matters.models import Matter, Reporter, Step
from jishi.matters.queries import desks
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.receipt import receipt, reporter_knows
from jishi.matters.queries.worklist import counts
from jishi.matters.rules.vocabulary import Channel
from jishi.notices.models import Event, Notice
from jishi.planning.queries import proposal
from jishi.planning.rules.standing import Verdict
from jishi.registers.models import Household, HouseholdGrid
from jishi.territory.queries import place, units
from tests.cast import SHANGHAI

NOW = dt.datetime(2026, 11, 18, 10, 20, tzinfo=SHANGHAI)  # a Wednesday morning


def in_a_transaction(**wanted):
    """Build, hand out, and undo; what the tests read stays until the last of them is done."""
    block = transaction.atomic()
    block._from_testcase = True  # the seal asks for a transaction of its own, as it should
    with block:
        yield build(**wanted)
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield from in_a_transaction(now=NOW, matters=150, days=60)


@pytest.fixture
def demo(built, db):
    """What was built; each test undoes its own doings and no more."""
    return built


def viewer(persona: str):
    person = Person.objects.get(username=PERSONAS[persona].username)
    found = viewer_of(person.pk, NOW.date())
    assert found is not None
    return found


@pytest.mark.capability("C97")
def test_the_county_has_the_size_the_source_says(demo):
    assert [(figure.seed, figure.built) for figure in demo.figures] == [(8, 8), (68, 68), (321, 321)]
    assert all(figure.same for figure in demo.figures)


def test_grids_are_spread_over_the_communities_as_evenly_as_they_go(demo):
    shares = [sum(1 for grid in units(3) if grid.parent_id == community.id) for community in units(2)]
    assert set(shares) == {4, 5}
    assert len({entry.code for entry in grid_entries()}) == 321


@pytest.mark.capability("C02", "K06-I1", "K06-I3")
def test_every_household_is_in_one_grid_and_every_grid_off_the_standard_has_its_proposal(demo):
    grids = {grid.id for grid in units(3)}
    held = list(HouseholdGrid.objects.filter(valid_to__isnull=True).values_list("household_id", "unit_id"))
    live = set(Household.objects.filter(valid_to__isnull=True).values_list("id", flat=True))
    assert len(held) == len(live)
    assert {household for household, _ in held} == live
    assert {unit_id for _, unit_id in held} <= grids
    found = [grid for community in standing(units(2)) for grid in community.grids]
    assert len(found) == 321
    assert {grid.verdict for grid in found} == {Verdict.WITHIN, Verdict.PROPOSED, Verdict.EMPTY}
    assert sum(grid.households for grid in found) == len(live)


@pytest.mark.capability("C02")
def test_the_proposal_of_the_demo_brings_every_grid_of_its_community_to_the_standard(demo):
    by = viewer("leader")
    (community,) = [one for one in standing(units(2)) if one.plan is not None]
    assert community.plan is not None
    whole = proposal(by, community.plan.id)
    assert whole.after.households == community.households
    assert whole.after.within == len(whole.grids)
    assert whole.before.within < len(whole.grids)
    assert not whole.without_reason


@pytest.mark.capability("C04")
def test_the_community_shows_who_looks_after_its_buildings_and_where_nobody_does(demo):
    keeper = viewer("community")
    community = next(unit for unit in units(2) if unit.id == next(iter(keeper.grants)).unit_id)
    doors = [door for top in tops(community.id) for door in children(top.id) if children(door.id)]
    held = [dict(holders(keeper, door.unit_id, door.line, NOW.date())) for door in doors]
    for post in (BuildingPost.WARDEN, BuildingPost.HEARTH):
        assert any(each[post] for each in held)
    assert any(not people for each in held for people in each.values())


def test_no_rule_had_to_end_a_life(demo):
    assert demo.stumbled == ()


@pytest.mark.capability("C34")
def test_every_matter_of_the_demo_can_be_replayed_from_its_history(demo):
    assert not list(broken_invariants(now=NOW))
    assert not verify().breaks


@pytest.mark.capability("C33")
def test_matters_come_by_every_channel(demo):
    arrivals = draw_arrivals(Random(1), count=1200, start=NOW - dt.timedelta(days=90), end=NOW)
    assert {arrival.channel for arrival in arrivals} == set(Channel)
    assert len(set(Matter.objects.values_list("channel", flat=True))) >= 8


@pytest.mark.capability("C41")
def test_everything_that_can_happen_to_a_matter_has_happened(demo):
    taken = set(Step.objects.values_list("name", flat=True))
    assert taken >= {
        "register",
        "settle",
        "dispatch",
        "sign",
        "return",
        "dispute",
        "begin",
        "finish",
        "help_done",
        "verify",
        "close",
        "rate",
        "follow_up",
        "pause",
        "ask_extension",
        "ask_abnormal",
        "ask_reopening",
        "escalate",
    }


def test_the_grid_worker_finds_something_of_everything(demo):
    day = desks.day(viewer("grid_worker"), now=NOW)
    assert len(day.new) >= 2
    assert len(day.to_verify) >= 3
    assert day.handling
    midnight = NOW.replace(hour=0, minute=0) + dt.timedelta(days=1)
    assert any(NOW <= row["due_at"] < midnight for row in day.due)
    assert any(row["due_at"] < NOW for row in day.due)


def test_the_handler_finds_something_of_everything(demo):
    queue = desks.queue(viewer("handler"))
    assert len(queue.to_sign) >= 3
    assert len(queue.working) >= 4
    assert len(queue.helping) >= 1
    assert queue.finished
    assert queue.instructions


def test_the_dispatcher_finds_something_of_everything(demo):
    dispatcher = viewer("dispatcher")
    kinds = {row["kind"] for row in desks.requests_to_decide(dispatcher)}
    assert kinds == {"extension", "abnormal", "reopening"}
    found = counts(dispatcher, now=NOW)
    assert found.stages["registered"] >= 8
    assert min(found.stages["returned"], found.stages["arbitration"], found.overdue, found.today) >= 1
    assert Matter.objects.filter(paused_until__gt=NOW).exists()
    assert counts(viewer("town_dispatcher"), now=NOW).open


def test_the_leader_finds_tasks_open_and_answered(demo):
    tasks = desks.instructions_of(viewer("leader"))
    assert sum(task["answered_at"] is None for task in tasks) >= 2
    assert any(task["answer"] for task in tasks)


def test_the_inboxes_hold_what_happened_lately_and_nothing_waits_to_be_told(demo):
    assert not Event.objects.filter(done_at=None).exists()
    oldest = Notice.objects.order_by("at").values_list("at", flat=True).first()
    assert oldest > NOW - dt.timedelta(hours=41)
    assert Notice.objects.filter(person_id=viewer("handler").person_id).exists()


def test_every_persona_can_log_in_and_holds_its_posting(demo):
    for key, persona in PERSONAS.items():
        person = authenticate(None, username=persona.username, password=PASSWORD)
        assert person is not None, key
        assert {grant.role for grant in viewer(key).grants} == {Role(key.removeprefix("town_"))}


def test_nobody_else_can_log_in(demo):
    personas = {persona.username for persona in PERSONAS.values()}
    others = Person.objects.exclude(username__in=personas)
    assert others.count() == demo.people - len(personas)
    assert not any(person.has_usable_password() for person in others)


def test_there_is_somebody_for_every_grid_and_every_community(demo):
    workers = Posting.objects.filter(role=Role.GRID_WORKER).values_list("unit_id", flat=True)
    assert sorted(workers) == sorted(grid.id for grid in units(3))
    communities = Posting.objects.filter(role=Role.COMMUNITY).values_list("unit_id", flat=True)
    assert set(communities) == {community.id for community in units(2)}


def test_the_resident_has_a_receipt_to_follow(demo):
    number, code = demo.receipt
    assert reporter_knows(number, code)
    assert receipt(number, now=NOW, reopen_days=15).may_rate


def test_the_place_says_that_everything_is_invented(demo):
    content = place().content
    assert content["demo"] is True
    assert [login["username"] for login in content["demo_logins"]] == [p.username for p in PERSONAS.values()]
    assert content["demo_password"] == PASSWORD


REAL = re.compile(r"(?<!\d)(1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


@pytest.mark.capability("C97")
def test_no_person_no_telephone_and_no_identity_number_in_it_can_be_real(demo):
    people = list(Person.objects.values_list("name", "phone"))
    assert all(len(name) == 3 and phone.startswith("000") for name, phone in people)
    assert all(not phone or phone.startswith("000") for phone in Reporter.objects.values_list("phone", flat=True))
    assert all(len(name) <= 3 for name in Reporter.objects.values_list("name", flat=True))
    texts = [*Matter.objects.values_list("text", flat=True), *Step.objects.values_list("note", flat=True)]
    assert not [text for text in texts if REAL.search(text)]


def test_people_who_are_there_are_not_built_over(demo):
    with pytest.raises(Conflict):
        build(now=NOW, matters=1)
