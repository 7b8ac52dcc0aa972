"""Which records a viewer may know of: those of the units of today's postings. Every read begins here."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.registers.models import (
    Dwelling,
    DwellingGrid,
    Household,
    HouseholdGrid,
    Membership,
    Premises,
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


def records(kind: RecordKind, units: frozenset[int] | None) -> QuerySet[Model]:
    """Live records of a kind that are in one of the units today."""
    rows = MODELS[kind]._default_manager.filter(valid_to__isnull=True)
    if units is None:
        return rows
    if kind is RecordKind.RESIDENT:
        return rows.filter(pk__in=_living_in(units))
    return rows.filter(grids__valid_to__isnull=True, grids__unit_id__in=units)


def _living_in(units: frozenset[int]) -> QuerySet[Any]:
    """Ids of people of a household in the units, and of people tied to a dwelling there: 人户分离 shows a person in
    both. A union, because with an «or» the database would look at everybody in the county."""
    live: Mapping[str, Any] = {"valid_to__isnull": True}
    households = HouseholdGrid.objects.filter(unit_id__in=units, **live).values("household_id")
    dwellings = DwellingGrid.objects.filter(unit_id__in=units, **live).values("dwelling_id")
    members = Membership.objects.filter(household_id__in=households, **live)
    tied = Stay.objects.filter(dwelling_id__in=dwellings, **live)
    return members.values_list("resident_id").union(tied.values_list("resident_id"))
