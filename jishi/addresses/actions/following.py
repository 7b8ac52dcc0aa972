"""Addresses go on with the units that took over their ground. Codes, names and the tree stay as they are."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses.actions.sharing import Lying, shared_out
from jishi.addresses.models import LIVE, Address, EarlierState
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict
from jishi.territory.queries import Onward, UnitRow, onward, primary_successor, read_tree, unit_on_record
from jishi.territory.rules.actors import Actor

_AT_ONCE = 500


@transaction.atomic
def follow_units(
    *, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime, to: Mapping[int, UnitRow] | None = None
) -> int:
    """Live addresses in a unit that has ended lie in its successor now; returns how many.

    ``moves`` are pairs of unit ids, former and successor, as a change of units gives them. Where a unit has several
    successors, an address goes where ``to`` says (by address id: that address and everything below it), else to the
    unit on whose ground its point lies, and what has no point (an entrance, a room) with what it lies in; if nothing
    tells, to the successor named. A unit that is its own successor shares out what lies in it itself among the units
    below it; the rest stays. A road whose doors then lie in several units lies in the one that holds them all.

    Raises Conflict if an address of ``to`` lies in none of the units, or where it cannot go on to the unit said.
    """
    pairs = list(moves)
    ways = onward(pairs)
    said = to or {}
    _check_there(said, {former for former, _ in pairs})
    merged = {heir for heir, number in Counter(heir for _, heir in pairs).items() if number > 1}
    moved = 0
    for way in ways:
        places = shared_out(_rows(way), way, said) if way.is_shared or said else {}
        if way.is_shared or way.heir_id in merged:
            _keep(way, places, localdate(now))
        count = _carry(way, places)
        if count:
            _record(way, places, count, by, now)
        moved += count
    _lift({unit.id for way in ways for unit in way.units})
    return moved


def _check_there(said: Mapping[int, UnitRow], formers: set[int]) -> None:
    """Everything that was given a place lies where the change is made, or lies there already."""
    for ids in _batches(list(said)):
        rows = Address.objects.filter(LIVE, pk__in=ids).select_related("unit")
        for row in rows:
            if row.unit_id not in formers and not row.unit.path.startswith(said[row.pk].path):
                raise Conflict(f"“{row.full_name}”现在不在要调整的单元里，可能刚刚有人改过，请刷新后再看。")


def _rows(way: Onward) -> list[Lying]:
    fields = ("id", "level", "path", "longitude", "latitude", "full_name")
    return [Lying(*row) for row in _here(way).values_list(*fields)]


def _here(way: Onward) -> QuerySet[Address]:
    return Address.objects.filter(LIVE, unit_id=way.former_id)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def follow_ended_units(*, now: dt.datetime) -> int:
    """What was entered in the very moment of a change of its unit goes on too; returns how many addresses did."""
    late = Address.objects.filter(valid_to__isnull=True, unit__valid_to__isnull=False)
    moves = {former: primary_successor(former) for former in late.values_list("unit_id", flat=True).distinct()}
    pairs = [(former, heir.id) for former, heir in moves.items() if heir is not None]
    return follow_units(moves=pairs, by=SYSTEM, now=now) if pairs else 0


def _carry(way: Onward, places: Mapping[int, int]) -> int:
    """Moves the addresses to their ``places`` (unit ids by address id) and all others to the heir; returns how many."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    for id, unit_id in places.items():
        if unit_id != way.heir_id:
            by_unit[unit_id].append(id)
    count = 0
    for unit_id, ids in by_unit.items():
        for some in _batches(ids):
            count += _here(way).filter(pk__in=some).update(unit_id=unit_id)
    return count if way.stays else count + _here(way).update(unit_id=way.heir_id)


def _keep(way: Onward, places: Mapping[int, int], day: dt.date) -> None:
    """In which of several units an address lay cannot be told from the units afterwards."""
    fields = ("name", "parent_id", "unit_id", "longitude", "latitude")
    since = dict(
        EarlierState.objects.filter(address__unit_id=way.former_id)
        .order_by("valid_to")
        .values_list("address_id", "valid_to")
    )
    EarlierState.objects.bulk_create(
        (
            EarlierState(
                address_id=row["id"],
                valid_from=since.get(row["id"], row["valid_from"]),
                valid_to=max(day, row["valid_from"]),
                **{field: row[field] for field in fields},
            )
            for row in _here(way).values("id", "valid_from", *fields)
            if not way.stays or row["id"] in places
        ),
        batch_size=1_000,
    )


def _lift(heirs: set[int]) -> None:
    """What lies above an address holds it: a road that was in one community and is now in two lies in their town."""
    held = read_tree().by_id
    while True:
        apart = (
            Address.objects.filter(unit_id__in=heirs, parent__isnull=False, valid_to__isnull=True)
            .exclude(parent__unit_id=F("unit_id"))
            .values_list("parent_id", "parent__unit_id", "unit_id")
            .distinct()
        )
        lifted: dict[int, int] = {}
        for parent_id, above_id, unit_id in apart:
            common = _common(held[lifted.get(parent_id, above_id)], held[unit_id])
            if common != lifted.get(parent_id, above_id):
                lifted[parent_id] = common
        if not lifted:
            return
        for parent_id, unit_id in lifted.items():
            Address.objects.filter(pk=parent_id).update(unit_id=unit_id)
        heirs = heirs | set(lifted.values())


def _common(one: UnitRow, other: UnitRow) -> int:
    """The deepest unit that holds both."""
    return next(up for up in reversed(one.line) if up in other.line)


def _record(way: Onward, places: Mapping[int, int], count: int, by: Actor, now: dt.datetime) -> None:
    """One line in the chain of the unit they lay in: the addresses themselves did not change."""
    was = unit_on_record(way.former_id)
    to = set(places.values()) if way.stays else {*places.values(), way.heir_id}
    record(
        stream=f"unit:{way.former_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action="addresses_follow",
        subject=f"{was.code} {was.name}" if was is not None else str(way.former_id),
        facts={"addresses": count, "to": sorted(to)},
        at=now,
    )
