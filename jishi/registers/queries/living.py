"""How many live where: households and people counted by grid or told house by house, nobody by name."""

from collections.abc import Collection

from django.db.models import Count, Q

from jishi.registers.models import Home, HouseholdGrid, Membership
from jishi.registers.rules.vocabulary import HouseholdKind

# household id, unit id, address id of its home (None if that has none), people, whether it is a collective one
LivingRow = tuple[int, int, int | None, int, bool]
_COLLECTIVE = HouseholdKind.COLLECTIVE.value
_LIVE = {"valid_to__isnull": True}


def living_in(unit_ids: Collection[int]) -> list[LivingRow]:
    """Every live household of the units (ids), once."""
    here = HouseholdGrid.objects.filter(**_LIVE, unit_id__in=unit_ids, household__valid_to__isnull=True)
    kinds = list(here.values_list("household_id", "unit_id", "household__kind"))
    inside = here.values("household_id")
    homes = Home.objects.filter(**_LIVE, household_id__in=inside)
    address = dict(homes.values_list("household_id", "dwelling__address_id"))
    members = Membership.objects.filter(**_LIVE, household_id__in=inside).order_by()
    people = dict(members.values_list("household_id").annotate(n=Count("id")))
    return [(id, unit_id, address.get(id), people.get(id, 0), kind == _COLLECTIVE) for id, unit_id, kind in kinds]


def sizes(unit_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By unit (id): how many households and how many people it has today; units without any are left out."""
    here = Q(**_LIVE, unit_id__in=unit_ids, household__valid_to__isnull=True)
    live = HouseholdGrid.objects.filter(here).order_by().values_list("unit_id")
    living = Q(household__memberships__valid_to__isnull=True)
    households = dict(live.annotate(n=Count("id")))
    people = dict(live.annotate(n=Count("household__memberships", filter=living)))
    return {unit_id: (count, people.get(unit_id, 0)) for unit_id, count in households.items()}


def dormitories(unit_ids: Collection[int]) -> dict[int, list[int]]:
    """By unit (id): how many people each of its collective households has today."""
    here = Q(**_LIVE, unit_id__in=unit_ids, household__valid_to__isnull=True, household__kind=_COLLECTIVE)
    living = Q(household__memberships__valid_to__isnull=True)
    live = HouseholdGrid.objects.filter(here).order_by("id")
    found: dict[int, list[int]] = {}
    for unit_id, people in live.annotate(n=Count("household__memberships", filter=living)).values_list("unit_id", "n"):
        found.setdefault(unit_id, []).append(people)
    return found
