"""Open matters follow their ground when a unit is split, merged, moved or redrawn."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from jishi.addresses.queries import by_code
from jishi.audit.actions import record
from jishi.matters.actions.ledger import SYSTEM, write_step
from jishi.matters.models import Instruction, Matter, Part
from jishi.matters.queries.detail import facts_for_step
from jishi.matters.rules.change import Change, PassPart
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.steps import HAND_OVER
from jishi.organizations.queries import centre_for, name_on_record
from jishi.territory.queries import (
    Onward,
    UnitRow,
    area_ids,
    onward,
    primary_successor,
    tree,
    unit_on_record,
    units_on_record,
)


@transaction.atomic
def hand_over_open_matters(*, way: Onward, depth: int, now: dt.datetime) -> int:
    """Every open matter lying in a unit (at ``depth``) that was changed goes on; returns how many moved.

    Where the unit has several successors a matter goes to the one in which its door lies now, else to the one on whose
    ground its point lies, else to the heir. From a unit that is its own heir only what lies in no unit below it goes,
    and only if its door or its point tells where. The unit a matter was registered in stays as it was, so last month's
    figures do not change. While no lead has a matter, the grid centre of its new ground answers for it. Raises
    LookupError unless the heir is live.
    """
    heir = unit_on_record(way.heir_id)
    if heir is None or heir.valid_to is not None:
        raise LookupError(f"unit {way.heir_id} is not live")
    if depth == 0:
        return 0  # a matter lies in units below the county
    lying = Q(**{f"area_{depth}": way.former_id})
    if way.stays:
        lying &= Q(**{f"area_{depth + 1}__isnull": True})
    moved = 0
    for facts, spot in _open_matters(lying):
        unit = _goes_to(spot, way) or heir
        if unit.id == way.former_id:
            continue
        areas = {f"area_{level}": unit_id for level, unit_id in enumerate(area_ids(unit), start=1)}
        change = Change(sets=dict(areas), facts={"from_unit": way.former_id, "to_unit": unit.id})
        if facts.lead_id is None:
            change.sets["responsible_id"] = centre_for(unit).id
        change.note = f"单元调整，划转至{unit.name}"
        write_step(facts=facts, name=HAND_OVER, change=change, actor=SYSTEM, now=now)
        moved += 1
    return moved


@dataclass(frozen=True, slots=True)
class _Spot:
    """What a matter tells of where it is."""

    longitude: float | None
    latitude: float | None
    door_code: str | None


def _goes_to(spot: _Spot, way: Onward) -> UnitRow | None:
    if not way.is_shared:
        return None
    door = units_on_record([by_code(spot.door_code).unit_id]) if spot.door_code else {}
    at_its_door = next((way.holding(unit.path) for unit in door.values()), None)
    return at_its_door or way.part_at(spot.longitude, spot.latitude)


def _open_matters(lying: Q) -> Iterable[tuple[Facts, _Spot]]:
    """The open matters found, held until the transaction ends: nobody takes a step between reading and writing."""
    held = Matter.objects.select_for_update(no_key=True).filter(lying, closed_at__isnull=True).order_by("id")
    for number, longitude, latitude, door in list(held.values_list("number", "longitude", "latitude", "door_code")):
        facts = facts_for_step(number)
        if facts is not None:
            yield facts, _Spot(longitude, latitude, door)


@transaction.atomic
def hand_over_bodies(*, absorbed: Iterable[tuple[int, int]], now: dt.datetime) -> int:
    """Open matters and unanswered instructions of a body go to the one that absorbed it; returns how many matters.

    ``absorbed`` are pairs of body ids as `organizations.actions.follow_units` gives them.
    """
    moved = 0
    for former_id, heir_id in absorbed:
        parts = Part.objects.filter(organization=former_id, ended_at__isnull=True)
        lying = Q(responsible=former_id) | Q(lead=former_id) | Q(pk__in=parts.values("matter"))
        note = f"{name_on_record(former_id)}并入{name_on_record(heir_id)}"
        told = {"from_organization": former_id, "to_organization": heir_id}
        for facts, _ in _open_matters(lying):
            sets: dict[str, Any] = {
                field: heir_id for field in ("responsible_id", "lead_id") if getattr(facts, field) == former_id
            }
            change = Change(sets=sets, facts=dict(told), sides=[PassPart(former_id, heir_id)], note=note)
            write_step(facts=facts, name=HAND_OVER, change=change, actor=SYSTEM, now=now)
            moved += 1
        _hand_over_instructions(former_id, heir_id, told, now)
    return moved


def _hand_over_instructions(former_id: int, heir_id: int, told: dict[str, int], now: dt.datetime) -> None:
    open_ones = Instruction.objects.filter(organization=former_id, answered_at__isnull=True).order_by("id")
    for instruction_id in list(open_ones.values_list("pk", flat=True)):
        Instruction.objects.filter(pk=instruction_id).update(organization=heir_id)
        record(
            stream=f"instruction:{instruction_id}",
            actor_id=None,
            actor=SYSTEM.name,
            action="instruction.handed_over",
            subject=f"批办{instruction_id}",
            facts=dict(told),
            at=now,
        )


def hand_over_ended_units(*, now: dt.datetime) -> int:
    """Hand over what still lies in units that have ended; returns how many matters moved.

    A change of units takes its open matters with it. A matter registered or reopened in the very moment of a change
    may miss it; the worker's next round catches it.
    """
    live = tree().by_id
    moved = 0
    for depth in range(5, 0, -1):
        column = f"area_{depth}"
        lying = Matter.objects.filter(closed_at__isnull=True, **{f"{column}__isnull": False})
        for former_id in lying.order_by().values_list(column, flat=True).distinct():
            successor = primary_successor(former_id) if former_id not in live else None
            if successor is not None:
                (way,) = onward([(former_id, successor.id)])
                moved += hand_over_open_matters(way=way, depth=depth, now=now)
    return moved
