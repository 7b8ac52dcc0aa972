"""Addresses go on with the units that took over their ground. Codes, names and the tree stay as they are."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses.models import Address, EarlierState
from jishi.audit.actions import record
from jishi.territory.queries import UnitRow, locate, primary_successor, successors, tree, unit_on_record
from jishi.territory.rules.actors import Actor

_AT_ONCE = 500


@transaction.atomic
def follow_units(*, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime) -> int:
    """Live addresses in a unit that has ended lie in its successor now; returns how many.

    ``moves`` are pairs of unit ids, former and successor, as a change of units gives them. Where a unit was split, an
    address goes to the part on whose ground its point lies, and what has no point (an entrance, a room) with what it
    lies in; if no point tells, to the successor named. A road whose doors then lie in several units lies in the one
    that holds them all.
    """
    moved = 0
    pairs = list(moves)
    merged = {heir for heir, number in Counter(heir for _, heir in pairs).items() if number > 1}
    for former, heir in pairs:
        parts = successors(former)
        places = _places(former, heir, parts)
        if len(parts) > 1 or heir in merged:
            _keep(former, localdate(now))
        count = _carry(former, places)
        if count:
            _record(former, places, count, by, now)
        moved += count
    _lift({heir for _, heir in pairs})
    return moved


def follow_ended_units(*, now: dt.datetime) -> int:
    """What was entered in the very moment of a change of its unit goes on too; returns how many addresses did."""
    late = Address.objects.filter(valid_to__isnull=True, unit__valid_to__isnull=False)
    moves = {former: primary_successor(former) for former in late.values_list("unit_id", flat=True).distinct()}
    pairs = [(former, heir.id) for former, heir in moves.items() if heir is not None]
    return follow_units(moves=pairs, by=SYSTEM, now=now) if pairs else 0


def _places(former: int, heir: int, parts: Sequence[UnitRow]) -> dict[int, list[int] | None]:
    """For every part of a split unit the ids of addresses that go there; None for the one that gets the rest."""
    if len(parts) < 2:
        return {heir: None}
    known: dict[int, int] = {}
    found: dict[int, list[int]] = defaultdict(list)
    rows = Address.objects.filter(unit_id=former, valid_to__isnull=True)
    for id, path, lon, lat in sorted(rows.values_list("id", "path", "longitude", "latitude"), key=_depth):
        around = locate(lon, lat) if lon is not None and lat is not None else None
        part = next((part.id for part in parts if around is not None and around.is_within(part)), None)
        if part is None:
            above = (int(up) for up in reversed(path.strip("/").split("/")[:-1]))
            part = next((known[up] for up in above if up in known), heir)
        known[id] = part
        if known[id] != heir:
            found[known[id]].append(id)
    return {**found, heir: None}


def _depth(row: tuple[int, str, float | None, float | None]) -> int:
    return row[1].count("/")


def _carry(former: int, places: dict[int, list[int] | None]) -> int:
    count = 0
    here = Address.objects.filter(unit_id=former, valid_to__isnull=True)
    for unit_id, ids in places.items():
        if ids is None:
            count += here.update(unit_id=unit_id)
            continue
        for start in range(0, len(ids), _AT_ONCE):
            count += here.filter(pk__in=ids[start : start + _AT_ONCE]).update(unit_id=unit_id)
    return count


def _keep(former: int, day: dt.date) -> None:
    """In which of several units an address lay cannot be told from the units afterwards."""
    fields = ("name", "parent_id", "unit_id", "longitude", "latitude")
    rows = Address.objects.filter(unit_id=former, valid_to__isnull=True)
    since = dict(
        EarlierState.objects.filter(address__unit_id=former).order_by("valid_to").values_list("address_id", "valid_to")
    )
    EarlierState.objects.bulk_create(
        (
            EarlierState(
                address_id=row["id"],
                valid_from=since.get(row["id"], row["valid_from"]),
                valid_to=max(day, row["valid_from"]),
                **{field: row[field] for field in fields},
            )
            for row in rows.values("id", "valid_from", *fields)
        ),
        batch_size=1_000,
    )


def _lift(heirs: set[int]) -> None:
    """What lies above an address holds it: a road that was in one community and is now in two lies in their town."""
    while True:
        apart = (
            Address.objects.filter(unit_id__in=heirs, parent__isnull=False, valid_to__isnull=True)
            .exclude(parent__unit_id=F("unit_id"))
            .values_list("parent_id", "parent__unit_id", "unit_id")
            .distinct()
        )
        lifted: dict[int, int] = {}
        for parent_id, above_id, unit_id in apart:
            common = _common(lifted.get(parent_id, above_id), unit_id)
            if common != lifted.get(parent_id, above_id):
                lifted[parent_id] = common
        if not lifted:
            return
        for parent_id, unit_id in lifted.items():
            Address.objects.filter(pk=parent_id).update(unit_id=unit_id)
        heirs = heirs | set(lifted.values())


def _common(one: int, other: int) -> int:
    """The deepest unit that holds both."""
    held = tree().by_id
    line = held[other].line
    return next(up for up in reversed(held[one].line) if up in line)


def _record(former: int, places: Iterable[int], count: int, by: Actor, now: dt.datetime) -> None:
    """One line in the chain of the unit that ended: the addresses themselves did not change."""
    was = unit_on_record(former)
    record(
        stream=f"unit:{former}",
        actor_id=by.person_id or None,
        actor=by.name,
        action="addresses_follow",
        subject=f"{was.code} {was.name}" if was is not None else str(former),
        facts={"addresses": count, "to": sorted(places)},
        at=now,
    )
