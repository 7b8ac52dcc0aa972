"""Which records a viewer may know of: those of the units of today's postings. Every read begins here."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Model, QuerySet

import jishi.orm.among_rows  # noqa: F401 (registers the lookup)
from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.registers.models import (
    Dwelling,
    DwellingGrid,
    Household,
    HouseholdGrid,
    InGrid,
    Membership,
    Premises,
    PremisesGrid,
    Resident,
    Stay,
)
from jishi.registers.rules.vocabulary import RecordKind
from jishi.territory.queries import subtree_ids

READ = Permission.READ_REGISTER

MODELS: dict[RecordKind, type[Model]] = {
    RecordKind.RESIDENT: Resident,
    RecordKind.HOUSEHOLD: Household,
    RecordKind.DWELLING: Dwelling,
    RecordKind.PREMISES: Premises,
}
_GRIDS: dict[RecordKind, tuple[type[InGrid], str]] = {
    RecordKind.HOUSEHOLD: (HouseholdGrid, "household_id"),
    RecordKind.DWELLING: (DwellingGrid, "dwelling_id"),
    RecordKind.PREMISES: (PremisesGrid, "premises_id"),
}
_LIVE: Mapping[str, Any] = {"valid_to__isnull": True}


def unit_ids(viewer: Viewer, permission: Permission = READ) -> frozenset[int] | None:
    """Ids of the units whose records the viewer may know of; None stands for every unit."""
    if viewer is SYSTEM:
        return None
    found: set[int] = set()
    for grant in viewer.having(permission):
        if grant.depth == 0:
            return None
        found.update(subtree_ids(grant.unit_id))
    return frozenset(found)


def within(units: frozenset[int] | None, unit_id: int | None = None) -> frozenset[int] | None:
    """The part of ``units`` that lies in one unit, which narrows a list and never widens it."""
    if unit_id is None:
        return units
    below = frozenset(subtree_ids(unit_id))
    return below if units is None else below & units


def records(kind: RecordKind, units: frozenset[int] | None, ids: Collection[int] | None = None) -> QuerySet[Model]:
    """Live records of a kind that are in one of the units today; with ``ids`` only those of them.

    A list asks where the units are and looks each record up; a page, which knows the record, asks where that one is.
    """
    rows = MODELS[kind]._default_manager.filter(valid_to__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if units is None:
        return rows
    if ids is not None:
        return rows.filter(pk__in=_of_these(kind, units, ids))
    if kind is RecordKind.RESIDENT:
        return rows.filter(pk__among_rows=_living_in(units))
    model, key = _GRIDS[kind]
    return rows.filter(pk__among_rows=model._default_manager.filter(**_LIVE, unit_id__in=units).values(key))


def readable(viewer: Viewer, kind: RecordKind, ids: Iterable[int]) -> frozenset[int]:
    """Of the records with these ids those the viewer may open: a page links to nothing else."""
    asked = frozenset(ids)
    return frozenset(records(kind, unit_ids(viewer), asked).values_list("pk", flat=True)) if asked else asked


def _living_in(units: frozenset[int]) -> QuerySet[Any]:
    """Ids of people of a household in the units, and of people tied to a dwelling there: 人户分离 shows a person in
    both. A union, because with an «or» the database would look at everybody in the county."""
    households = HouseholdGrid.objects.filter(**_LIVE, unit_id__in=units).values("household_id")
    dwellings = DwellingGrid.objects.filter(**_LIVE, unit_id__in=units).values("dwelling_id")
    members = Membership.objects.filter(**_LIVE, household_id__among_rows=households)
    tied = Stay.objects.filter(**_LIVE, dwelling_id__among_rows=dwellings)
    return members.values_list("resident_id").union(tied.values_list("resident_id"))


def _of_these(kind: RecordKind, units: frozenset[int], ids: Collection[int]) -> QuerySet[Any]:
    """Of a few records those in the units."""
    if kind is not RecordKind.RESIDENT:
        model, key = _GRIDS[kind]
        return model._default_manager.filter(**_LIVE, unit_id__in=units, **{f"{key}__in": ids}).values(key)
    here = {"grids__valid_to__isnull": True, "grids__unit_id__in": units}
    at_home = {f"household__{name}": value for name, value in here.items()}
    tied = {f"dwelling__{name}": value for name, value in here.items()}
    members = Membership.objects.filter(**_LIVE, resident_id__in=ids, **at_home)
    stays = Stay.objects.filter(**_LIVE, resident_id__in=ids, **tied)
    return members.values_list("resident_id").union(stays.values_list("resident_id"))
