"""Which grid a household, a home, premises lie in: beginning, moving, and going on when a unit is changed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.actions import record
from jishi.registers.actions.ledger import day_of
from jishi.registers.models import DwellingGrid, Home, HouseholdGrid, InGrid, PremisesGrid
from jishi.territory.queries import primary_successor
from jishi.territory.rules.actors import Actor

_BATCH = 400  # SQLite takes a limited number of values in one statement
HOLDERS: tuple[tuple[type[InGrid], str], ...] = (
    (HouseholdGrid, "household_id"),
    (DwellingGrid, "dwelling_id"),
    (PremisesGrid, "premises_id"),
)


def place_in_grids(model: type[InGrid], key: str, places: Mapping[int, int], day: dt.date) -> int:
    """From ``day`` on each record (a key of ``places``) is in its unit; returns how many were somewhere else.

    The former row ends and stays, so that what is counted for an earlier day comes out as it did then.
    """
    moved = 0
    for part in _parts(places):
        live = model._default_manager.filter(valid_to__isnull=True, **{f"{key}__in": part})
        standing = dict(live.values_list(key, "unit_id"))
        anew = [record_id for record_id in part if standing.get(record_id) != places[record_id]]
        model._default_manager.filter(valid_to__isnull=True, **{f"{key}__in": anew}).update(valid_to=day)
        rows = [model(unit_id=places[each], valid_from=day, **{key: each}) for each in anew]
        model._default_manager.bulk_create(rows)
        moved += len(anew)
    return moved


@transaction.atomic
def hand_over_households(*, places: Mapping[int, int], by: Viewer, now: dt.datetime) -> int:
    """Households (ids) go to grids (unit ids) as a new division says, and their homes with them; how many moved."""
    if by is not SYSTEM:
        by.check(Permission.MANAGE_PLACE)
    day = day_of(now)
    moved = place_in_grids(HouseholdGrid, "household_id", places, day)
    homes: dict[int, int] = {}
    for part in _parts(places):
        live = Home.objects.filter(valid_to__isnull=True, household_id__in=part)
        homes |= {
            dwelling: places[household] for household, dwelling in live.values_list("household_id", "dwelling_id")
        }
    place_in_grids(DwellingGrid, "dwelling_id", homes, day)
    facts = {"households": len(places), "moved": moved, "units": sorted(set(places.values()))}
    _written("registers.hand_over", facts, by, now)
    return moved


@transaction.atomic
def follow_units(*, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime) -> int:
    """What was in a unit that has ended is in its successor from today on; returns how many households followed.

    ``moves`` are pairs of unit ids, former and successor. Rows that ended earlier keep their unit.
    """
    day = day_of(now)
    households = 0
    for former, successor in moves:
        followed = {}
        for model, key in HOLDERS:
            live = model._default_manager.filter(valid_to__isnull=True, unit_id=former)
            places = dict.fromkeys(live.values_list(key, flat=True), successor)
            followed[key] = place_in_grids(model, key, places, day)
        if any(followed.values()):
            _written("registers.follow_unit", {"unit": [former, successor], **followed}, by, now)
        households += followed["household_id"]
    return households


def follow_ended_units(*, now: dt.datetime) -> int:
    """What was entered in the very moment of a change goes on too; for the worker. Returns how many households did."""
    former_ids: set[int] = set()
    for model, _ in HOLDERS:
        left = model._default_manager.filter(valid_to__isnull=True, unit__valid_to__isnull=False)
        former_ids.update(left.order_by().values_list("unit_id", flat=True).distinct())
    heirs = {former: primary_successor(former) for former in sorted(former_ids)}
    moves = [(former, heir.id) for former, heir in heirs.items() if heir is not None and heir.id != former]
    return follow_units(moves=moves, by=SYSTEM, now=now) if moves else 0


def _parts(places: Mapping[int, int]) -> Iterator[list[int]]:
    ids = list(places)
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))


def _written(action: str, facts: dict[str, object], by: Actor, now: dt.datetime) -> None:
    record(
        stream="registers",
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject="人房户",
        facts=facts,
        at=now,
    )
