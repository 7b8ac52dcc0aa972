"""A plan takes effect: new dated grids, everybody in theirs, and yesterday as it was."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jishi.addresses.models import Address
from jishi.flows import unit_changes
from jishi.flows.grid_approval import approve_plan
from jishi.flows.grid_standing import standing
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.planning import actions as planning
from jishi.planning.models import GridException, GridPlan
from jishi.planning.queries import exceptions, plan
from jishi.planning.rules.standing import Verdict
from jishi.planning.rules.vocabulary import Mode, State
from jishi.registers.actions.households import end_household
from jishi.registers.models import HouseholdGrid
from jishi.registers.queries.figures import households_by_grid, people_by_grid
from jishi.registers.queries.living import sizes
from jishi.registers.rules.vocabulary import EndReason
from jishi.territory.queries import children, history, locate, unit
from jishi.territory.rules.succession import Part
from tests.cast import NOW, TODAY
from tests.matters.town import report

pytestmark = pytest.mark.django_db
TOMORROW = NOW + dt.timedelta(days=1)
DAY_AFTER = TOMORROW.date() + dt.timedelta(days=1)


def approve(street, found, by="zhang", now=TOMORROW):
    return approve_plan(plan_id=found.plan.id, version=found.plan.version, by=street.cast.viewer(by), now=now)


def reasons(street, found, text="两地隔河"):
    for grid in found.without_reason:
        version = plan(street.cast.zhou, found.plan.id).version
        planning.give_reason(
            plan_id=found.plan.id, version=version, number=grid.number, reason=text, by=street.cast.zhou, now=NOW
        )
    return street.look(found.plan.id)


def held_by_grid(street):
    grids = children(street.cast.community.pk)
    lived = sizes([grid.id for grid in grids])
    return {grid.name: lived.get(grid.id, (0, 0))[0] for grid in grids}


@pytest.mark.capability("C02", "C03", "K06-I1", "K06-I2", "K06-I4")
def test_approval_makes_new_dated_grids_with_everybody_in_them_and_leaves_yesterday_alone(street):
    cast = street.cast
    street.move_in(*street.build(7), *street.build(1, cast.next_grid))
    found = street.drawn()
    before = households_by_grid(TODAY), people_by_grid(TODAY)
    done = approve(street, found)
    assert done.changed is not None
    assert done.changed.followed.households == 8
    assert held_by_grid(street) == {"第一网格": 4, "第二网格": 4}
    assert (households_by_grid(TODAY), people_by_grid(TODAY)) == before
    assert unit(cast.grid.pk) is None
    heir = next(grid for grid in children(cast.community.pk) if grid.name == "第一网格")
    assert (heir.code, heir.valid_from) == (cast.grid.code, TOMORROW.date())
    assert {step.cause for step in history(heir.id)} == {"重划"}
    live = HouseholdGrid.objects.filter(valid_to__isnull=True)
    assert live.count() == live.values("household_id").distinct().count() == 8


@pytest.mark.capability("C02", "C05")
def test_addresses_go_to_the_grid_of_their_building_and_the_ground_is_the_buildings(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    approve(street, found)
    by_number = {grid.number: grid.name for grid in found.grids}
    for block in found.blocks:
        here = unit(Address.objects.get(pk=block.address_id).unit_id)
        assert here is not None
        assert here.name == by_number[block.grid]
        assert locate(block.longitude, block.latitude) == here


@pytest.mark.capability("C02", "K06-I4")
def test_open_matters_and_postings_go_on(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    report(street.cast)
    report(street.cast)
    done = approve(street, street.drawn())
    assert done.changed is not None
    assert done.changed.followed.matters == 2
    assert done.changed.vacant == ()
    assert done.changed.followed.postings >= 2


@pytest.mark.capability("C02")
def test_a_new_grid_has_nobody_posted_and_that_is_said(street):
    street.move_in(*street.build(11), *street.build(1, street.cast.next_grid))
    found = reasons(street, street.drawn(Mode.DRAW))
    added = [grid.name for grid in found.grids if grid.unit_id is None]
    done = approve(street, found)
    assert done.changed is not None
    assert [one.name for one in done.changed.vacant] == added == ["第三网格"]
    assert sum(held_by_grid(street).values()) == 12


@pytest.mark.capability("C02")
def test_homes_without_an_address_go_where_the_plan_says_of_them(street):
    street.move_in(*street.build(3), None, *street.build(4, street.cast.next_grid))
    found = street.drawn(Mode.KEEP)
    lump = next(block for block in found.blocks if block.address_id is None)
    planning.move_blocks(
        plan_id=found.plan.id, version=found.plan.version, blocks=[lump.number], to=1, by=street.cast.zhou, now=NOW
    )
    approve(street, reasons(street, street.look(found.plan.id)))
    assert held_by_grid(street) == {"第一网格": 3, "第二网格": 5}


@pytest.mark.capability("C02")
def test_who_moved_in_after_the_plan_was_drawn_is_in_the_grid_of_the_building(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    moved = found.moves[0]
    house = next(one for one in street.houses if one.id == moved.address_id)
    street.move_in(house, *street.build(1, street.cast.next_grid))
    approve(street, found)
    assert sum(held_by_grid(street).values()) == 10
    assert held_by_grid(street)["第二网格"] == 6


@pytest.mark.capability("C02", "K06-B4")
def test_a_house_that_lay_in_one_grid_while_its_household_was_counted_in_another_is_in_one(street):
    cast = street.cast
    street.move_in(*street.build(7), *street.build(1, cast.next_grid))
    Address.objects.filter(pk=street.houses[1].id).update(unit_id=cast.next_grid.pk)
    found = street.drawn()
    approve(street, found)
    home = HouseholdGrid.objects.get(household_id=street.households[1].id, valid_to__isnull=True)
    assert home.unit_id == Address.objects.get(pk=street.houses[1].id).unit_id
    assert held_by_grid(street) == {"第一网格": 4, "第二网格": 4}


@pytest.mark.capability("C02", "K06-I3")
def test_an_exception_is_recorded_with_its_reason_and_who_allowed_it(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn(Mode.KEEP)
    with pytest.raises(Invalid, match="还没有写明例外理由"):
        approve(street, found)
    done = approve(street, reasons(street, found))
    assert (done.changed, done.exceptions) == (None, 2)
    allowed = exceptions([street.cast.grid.pk])[street.cast.grid.pk]
    assert (allowed.reason, allowed.asked_by, allowed.approved_by) == ("两地隔河", "老周", "张区长")
    (here,) = standing([unit(street.cast.community.pk)])
    assert {one.verdict for one in here.grids} == {Verdict.ALLOWED}
    same = street.drawn(Mode.KEEP)
    assert [(grid.reason, grid.reason_by) for grid in same.grids] == [("两地隔河", "老周")] * 2
    planning.withdraw(plan_id=same.plan.id, by=street.cast.zhou, now=NOW)
    again = street.drawn(Mode.REBALANCE)
    approve(street, again, now=TOMORROW + dt.timedelta(days=1))
    assert not GridException.objects.filter(valid_to__isnull=True).exists()


@pytest.mark.capability("C02", "C92")
def test_nobody_approves_what_they_asked_for_nor_what_is_not_theirs(street):
    cast = street.cast
    street.move_in(*street.build(7), *street.build(1, cast.next_grid))
    found = street.drawn()
    for who, refusal in (("zhou", Forbidden), ("li", NotFound), ("wang", NotFound)):
        with pytest.raises(refusal):
            approve(street, found, by=who)
    planning.withdraw(plan_id=found.plan.id, by=cast.zhou, now=NOW)
    own = planning.ask(
        community_id=cast.community.pk, mode=Mode.REBALANCE, standard=found.plan.standard, by=cast.zhao, now=NOW
    )
    from jishi.flows.grid_proposals import PlanDesk

    PlanDesk(lambda: NOW)(NOW)
    drawn = street.look(own.id)
    with pytest.raises(Forbidden, match="须由别人批准"):
        approve(street, drawn, by="zhao")
    assert approve(street, drawn).changed is not None


@pytest.mark.capability("C02")
def test_the_database_knows_no_plan_approved_by_whoever_asked(street):
    street.move_in(*street.build(4))
    found = street.drawn()
    row = GridPlan.objects.get(pk=found.plan.id)
    row.state, row.decided_at, row.decided_by_id, row.decided_by = "approved", NOW, row.asked_by_id, "老周"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.capability("C02", "C03")
def test_grids_changed_meanwhile_are_not_overwritten(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    unit_changes.split(
        unit_id=street.cast.next_grid.pk, parts=[Part("甲网格"), Part("乙网格")], by=street.cast.zhao, now=NOW
    )
    with pytest.raises(Conflict, match="有过调整"):
        approve(street, found)
    assert plan(street.cast.zhou, found.plan.id).state is State.READY
    assert held_by_grid(street)["第一网格"] == 7


@pytest.mark.capability("C02", "C92")
def test_who_changed_a_plan_of_somebody_else_does_not_approve_it(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    planning.move_blocks(
        plan_id=found.plan.id, version=found.plan.version, blocks=[0], to=0, by=street.cast.zhao, now=NOW
    )
    found = street.look(found.plan.id)
    with pytest.raises(Forbidden, match="须由别人批准"):
        approve(street, found, by="zhao")
    assert approve(street, found).changed is not None


@pytest.mark.capability("C02", "K06-I1", "K06-I3")
def test_who_left_and_who_came_since_the_plan_was_drawn_is_looked_at(street):
    entered = street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    for each in entered:
        if found.blocks[entered.index(each)].grid == 1:
            end_household(household_id=each.id, reason=EndReason.DISSOLVED, by=street.cast.zhou, now=NOW)
    with pytest.raises(Conflict, match="已没有住户"):
        approve(street, found)
    street.move_in(*street.houses[-4:])
    for _ in range(3):
        street.move_in(street.houses[0])
    with pytest.raises(Conflict, match="现在超出标准"):
        approve(street, found)
    assert plan(street.cast.zhou, found.plan.id).state is State.READY


@pytest.mark.capability("C02", "K06-I1")
def test_households_in_no_grid_come_into_one_without_another_change(street):
    cast = street.cast
    entered = street.move_in(*street.build(3), *street.build(3, cast.next_grid))
    HouseholdGrid.objects.filter(household_id=entered[0].id).update(unit_id=cast.community.pk)
    found = street.drawn()
    assert [block.present_id for block in found.blocks].count(None) == 1
    done = approve(street, found)
    assert done.changed is None
    assert held_by_grid(street) == {"第一网格": 3, "第二网格": 3}
    assert unit(cast.grid.pk) is not None


@pytest.mark.capability("C02")
def test_a_plan_takes_effect_once(street):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()
    approve(street, found)
    with pytest.raises(Conflict, match="已批准"):
        approve(street, found)


@pytest.mark.capability("C02", "K06-I4")
def test_what_breaks_on_the_way_leaves_everything_as_it_was(street, monkeypatch):
    street.move_in(*street.build(7), *street.build(1, street.cast.next_grid))
    found = street.drawn()

    def broken(**_given):
        raise Conflict("坏了")

    monkeypatch.setattr(planning, "settle", broken)
    with pytest.raises(Conflict, match="坏了"):
        approve(street, found)
    assert plan(street.cast.zhou, found.plan.id).state is State.READY
    assert held_by_grid(street) == {"第一网格": 7, "第二网格": 1}
    assert unit(street.cast.grid.pk) is not None


@pytest.mark.capability("C02", "K06-I1")
def test_a_community_that_had_no_grids_gets_its_first(street):
    cast = street.cast
    from tests.matters.town import forget

    cast.other_grid.valid_to = NOW.date()
    cast.other_grid.save()
    forget()
    houses = street.build(8, cast.other_community)
    street.move_in(*houses)
    asked = planning.ask(
        community_id=cast.other_community.pk, mode=Mode.DRAW, standard=street.ask().standard, by=cast.zhao, now=NOW
    )
    from jishi.flows.grid_proposals import PlanDesk

    PlanDesk(lambda: NOW)(NOW)
    PlanDesk(lambda: NOW)(NOW)
    approve_plan(plan_id=asked.id, version=plan(cast.zhao, asked.id).version, by=cast.zhang, now=TOMORROW)
    grids = children(cast.other_community.pk)
    lived = sizes([grid.id for grid in grids] + [cast.other_community.pk])
    assert [lived[grid.id][0] for grid in grids] == [4, 4]
    assert cast.other_community.pk not in lived


@pytest.mark.capability("C02", "C03")
def test_an_exception_goes_on_under_a_new_name_and_lapses_when_the_grid_is_split(street):
    cast = street.cast
    street.move_in(*street.build(7), *street.build(1, cast.next_grid))
    approve(street, reasons(street, street.drawn(Mode.KEEP)))
    named = unit_changes.rename(unit_id=cast.grid.pk, name="长街网格", by=cast.zhao, now=TOMORROW).units[0]
    assert exceptions([named.id])[named.id].reason == "两地隔河"
    parts = unit_changes.split(
        unit_id=named.id, parts=[Part("长街东"), Part("长街西")], by=cast.zhao, now=TOMORROW
    ).units
    assert exceptions([one.id for one in parts]) == {}
    assert cast.next_grid.pk in exceptions([cast.next_grid.pk])
