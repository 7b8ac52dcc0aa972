"""Which records a viewer may know of: those of the units of today's postings. Every read begins here."""

from django.db.models import Model, Q, QuerySet

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.registers.models import Dwelling, Household, HouseholdGrid, Membership, Premises, Resident, Stay
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
        return rows.filter(_lives_in(units))
    return rows.filter(grids__valid_to__isnull=True, grids__unit_id__in=units)


def _lives_in(units: frozenset[int]) -> Q:
    """People of a household in the units, and people tied to a dwelling there: 人户分离 shows a person in both."""
    households = HouseholdGrid.objects.filter(valid_to__isnull=True, unit_id__in=units).values("household_id")
    members = Membership.objects.filter(valid_to__isnull=True, household_id__in=households).values("resident_id")
    tied = Stay.objects.filter(
        valid_to__isnull=True, dwelling__grids__valid_to__isnull=True, dwelling__grids__unit_id__in=units
    ).values("resident_id")
    return Q(pk__in=members) | Q(pk__in=tied)
