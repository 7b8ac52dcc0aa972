"""Which grid a household, a home, premises lie in: beginning, moving, and going on when a unit is changed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from django.db import transaction

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Forbidden
from jishi.registers.actions.ledger import day_of
from jishi.registers.models import DwellingGrid, Home, HouseholdGrid, InGrid, PremisesGrid
from jishi.territory.queries import Onward, onward, primary_successor, units_on_record
from jishi.territory.rules.actors import Actor

_BATCH = 400  # SQLite takes a limited number of values in one statement
HOLDERS: tuple[type[InGrid], ...] = (HouseholdGrid, DwellingGrid, PremisesGrid)


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
    """Households (ids) go to grids (unit ids) as a new division says, and their homes with them; how many moved.

    For who manages the place, and who approves divisions of the ground in which these grids lie.
    """
    _check_may_divide(set(places.values()), by)
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


def _check_may_divide(unit_ids: set[int], by: Viewer) -> None:
    if by is SYSTEM or by.may(Permission.MANAGE_PLACE):
        return
    by.check(Permission.APPROVE_GRIDS)
    grounds = [grant.path for grant in by.having(Permission.APPROVE_GRIDS)]
    if not all(unit.path.startswith(tuple(grounds)) for unit in units_on_record(unit_ids).values()):
        raise Forbidden("这里不在您负责的范围内")


@transaction.atomic
def follow_units(
    *, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime, rest: Mapping[int, int] | None = None
) -> int:
    """What was in a unit that has ended is in its successor from today on; returns how many households followed.

    ``moves`` are pairs of unit ids, former and successor. Where a unit has several successors, homes and premises go
    where their address lies now (addresses follow first) and a household goes with its home; what has no address goes
    to the successor named, or where ``rest`` says (by the id of the former). A unit that is its own successor shares
    out what lies in it itself among the units below it; the rest stays. Rows that ended earlier keep their unit.
    """
    day = day_of(now)
    elsewhere = rest or {}
    households = 0
    for way in onward(moves):
        stays = way.stays and way.former_id not in elsewhere
        default = None if stays else elsewhere.get(way.former_id, way.heir_id)
        followed = {
            key: place_in_grids(model, key, _shared_out(told(way.former_id), way, default), day)
            for model, key, told in (
                (DwellingGrid, "dwelling_id", _homes),
                (PremisesGrid, "premises_id", _premises),
                (HouseholdGrid, "household_id", _households),  # after the homes, with which they go
            )
        }
        if any(followed.values()):
            _written("registers.follow_unit", {"unit": [way.former_id, way.heir_id], **followed}, by, now)
        households += followed["household_id"]
    return households


Told = Iterable[tuple[int, str | None]]  # records in a unit, each with the path of the unit that tells where it belongs


def _homes(unit_id: int) -> Told:
    live = DwellingGrid.objects.filter(valid_to__isnull=True, unit_id=unit_id)
    return live.values_list("dwelling_id", "dwelling__address__unit__path")


def _premises(unit_id: int) -> Told:
    live = PremisesGrid.objects.filter(valid_to__isnull=True, unit_id=unit_id)
    return live.values_list("premises_id", "premises__address__unit__path")


def _households(unit_id: int) -> Told:
    live = HouseholdGrid.objects.filter(valid_to__isnull=True, unit_id=unit_id)
    inside = live.values("household_id")
    homes = Home.objects.filter(valid_to__isnull=True, household_id__in=inside, dwelling__grids__valid_to__isnull=True)
    at_home = dict(homes.values_list("household_id", "dwelling__grids__unit__path"))
    return ((id, at_home.get(id)) for id in live.values_list("household_id", flat=True))


def _shared_out(records: Told, way: Onward, default: int | None) -> dict[int, int]:
    """The new unit of each record; without a default one, those of which nothing tells are left out and stay."""
    takers: dict[str, int | None] = {}
    found: dict[int, int] = {}
    for id, path in records:
        unit_id = None
        if path is not None and way.is_shared:
            if path not in takers:
                taker = way.holding(path)
                takers[path] = taker.id if taker is not None else None
            unit_id = takers[path]
        unit_id = unit_id if unit_id is not None else default
        if unit_id is not None:
            found[id] = unit_id
    return found


def follow_ended_units(*, now: dt.datetime) -> int:
    """What was entered in the very moment of a change goes on too; for the worker. Returns how many households did."""
    former_ids: set[int] = set()
    for model in HOLDERS:
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
