"""People of an area counted by each definition of population, and the people behind each count.

From the ties to homes alone: a tie says where somebody is registered or lives, and since when it is on record.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from jishi.accounts.rules.viewer import Viewer
from jishi.orm.dated import live_on
from jishi.registers.models import DwellingGrid, Stay
from jishi.registers.queries.scope import READ, unit_ids, within
from jishi.registers.rules.populations import Population, half_a_year_before
from jishi.registers.rules.vocabulary import LIVING, StayKind
from jishi.territory.queries import subtree_ids, tree

_LIVE: Mapping[str, Any] = {"valid_to__isnull": True}
Units = frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """One figure with the definition it is counted by."""

    population: Population
    people: int


def populations(viewer: Viewer, today: dt.date, unit_id: int | None = None) -> tuple[Counted, ...]:
    """The people of the viewer's area, or of one unit of it, by every definition."""
    viewer.check(READ)
    units = within(unit_ids(viewer), unit_id)
    return tuple(Counted(each, members_of(each, units, today).count()) for each in Population)


def members_of(population: Population, units: Units, today: dt.date) -> QuerySet[Any]:
    """Ids of the people one definition counts in these units (None: everywhere), each once."""
    if population is Population.CENSUS:
        return _census(units, today)
    kinds = {StayKind.REGISTERED} if population is Population.REGISTERED else LIVING
    return _tied(units, kind__in=kinds).order_by().values("resident_id").distinct()


def _tied(units: Units, **ties: Any) -> QuerySet[Stay]:
    """Ties of today to the homes of these units."""
    return _to_homes_of(Stay.objects.filter(**_LIVE, **ties), units)


def _to_homes_of(stays: QuerySet[Stay], units: Units) -> QuerySet[Stay]:
    if units is None:
        return stays
    homes = DwellingGrid.objects.filter(**_LIVE, unit_id__in=units).values("dwelling_id")
    return stays.filter(dwelling_id__among_rows=homes)


def _census(units: Units, today: dt.date) -> QuerySet[Any]:
    """Who lives here and is registered in the town or lived here half a year ago, and who is registered here and has
    left since then. One query of ties: those of today, and those that ended meanwhile."""
    half = half_a_year_before(today)
    same = partial(Stay.objects.filter, resident=OuterRef("resident_id"))
    in_town = Exists(_in_units(same(**_LIVE, kind=StayKind.REGISTERED), _towns_of(units)))
    then = Exists(_in_units(same(live_on(half), kind__in=LIVING), units))
    lives = Exists(same(**_LIVE, kind__in=LIVING))
    registered = Exists(_in_units(same(**_LIVE, kind=StayKind.REGISTERED), units))
    settled = _tied(units, kind__in=LIVING).filter(in_town | then)
    lately = Stay.objects.filter(kind__in=LIVING, valid_to__gt=half, valid_to__lte=today)
    left = _to_homes_of(lately, units).filter(registered, ~lives)
    return settled.order_by().values("resident_id").union(left.order_by().values("resident_id"))


def _in_units(stays: QuerySet[Stay], units: Units) -> QuerySet[Stay]:
    """The same ties asked of one person: the grid of each home is looked at."""
    if units is None:
        return stays
    return stays.filter(dwelling__grids__valid_to__isnull=True, dwelling__grids__unit_id__in=units)


def _towns_of(units: Units) -> Units:
    """Everything in the towns these units lie in: to the statisticians a town is one place."""
    if units is None:
        return None
    lines = (tree().by_id[id].line for id in units if id in tree().by_id)
    towns = {line[1] for line in lines if len(line) > 1}
    return frozenset(id for town in towns for id in subtree_ids(town))
