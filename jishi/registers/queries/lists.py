"""The register as lists, and how somebody is found in it: by name, initials, the end of a phone number, a door."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.queries import by_code
from jishi.addresses.rules.codes import looks_like_code
from jishi.kernel.errors import NotFound
from jishi.registers.models import Home, Household, HouseholdGrid, Membership, Resident, Stay
from jishi.registers.queries.populations import members_of
from jishi.registers.queries.scope import READ, records, unit_ids, within
from jishi.registers.rules.masking import masked
from jishi.registers.rules.populations import Population
from jishi.registers.rules.vocabulary import RecordKind, Relation, StayKind
from jishi.territory.queries import subtree_ids, tree

PAGE = 30
_PHONE_TAIL = re.compile(r"[0-9]{4}")
_LETTERS = re.compile(r"[a-z]+")
_NUMBER = re.compile(r"[hH][0-9]{2,10}")


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """One line of the list of households."""

    number: str
    head: str
    door: str
    people: int
    unit_id: int
    unit_name: str
    verified_on: dt.date


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """One line of the list of people; phone and document are masked."""

    id: int
    name: str
    sex: str
    birth_date: dt.date | None
    phone: str
    document_number: str
    household: str  # its number; empty for somebody who is only registered here
    relation: str
    doors: tuple[tuple[str, str], ...]  # kind of stay and door, 户籍 3栋502


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of rows, its number, how many pages there are, and how many rows in all."""

    rows: Sequence[Any]
    page: int
    pages: int
    total: int


def households(viewer: Viewer, search: str = "", page: int = 1, unit_id: int | None = None) -> ListPage:
    """Households of the viewer's area by door; ``search`` is a name, initials, the last four digits of a phone, a door
    or a household number."""
    viewer.check(READ)
    rows = records(RecordKind.HOUSEHOLD, within(unit_ids(viewer), unit_id))
    for word in search.split()[:5]:
        rows = rows.filter(_household_has(word))
    chosen, number, pages, total = _cut(_by_door(rows), page)
    return ListPage(_household_rows(list(chosen)), number, pages, total)


def households_at(viewer: Viewer, paths: Sequence[str], lying_in: Collection[int], limit: int = 12) -> ListPage:
    """Households of the viewer's area whose home has one of these standard addresses or one below it, by door.

    ``paths`` are those of addresses; ``lying_in`` the units these lie in, so that nothing else is looked through.
    """
    own = unit_ids(viewer)
    units = frozenset(id for each in lying_in for id in subtree_ids(each))
    rows = records(RecordKind.HOUSEHOLD, units if own is None else own & units)
    at = Q()
    for path in paths:
        at |= Q(dwelling__address__path__startswith=path)
    if not paths:
        return ListPage((), 1, 1, 0)
    live = Home.objects.filter(at, household=OuterRef("pk"), valid_to__isnull=True)
    chosen, number, pages, total = _cut(_by_door(rows.filter(Exists(live))), 1, limit)
    return ListPage(_household_rows(list(chosen)), number, pages, total)


def households_behind(viewer: Viewer, door: str, unit_id: int, address_id: int | None) -> Sequence[HouseholdRow]:
    """Households of one grid of the viewer's area at exactly this door, by its standard address or by the words."""
    rows: QuerySet[Any] = records(RecordKind.HOUSEHOLD, within(unit_ids(viewer), unit_id))
    at = Q(dwelling__door=door) if address_id is None else Q(dwelling__door=door) | Q(dwelling__address=address_id)
    live = Home.objects.filter(at, household=OuterRef("pk"), valid_to__isnull=True)
    return _household_rows(list(rows.filter(Exists(live)).order_by("id")[:5]))


def _by_door(rows: QuerySet[Any]) -> QuerySet[Any]:
    door = Home.objects.filter(household=OuterRef("pk"), valid_to__isnull=True).values("dwelling__door")[:1]
    return rows.annotate(at=Subquery(door)).order_by("at", "id")


def residents(
    viewer: Viewer,
    search: str = "",
    page: int = 1,
    unit_id: int | None = None,
    counted: tuple[Population, dt.date] | None = None,
) -> ListPage:
    """People of the viewer's area by name; with ``counted`` those whom a definition counts there on that day, which is
    today."""
    viewer.check(READ)
    units = within(unit_ids(viewer), unit_id)
    if counted is None:
        rows: QuerySet[Any] = records(RecordKind.RESIDENT, units)
    else:  # every definition counts people of the area alone
        rows = Resident.objects.filter(valid_to__isnull=True, pk__among_rows=members_of(counted[0], units, counted[1]))
    for word in search.split()[:5]:
        rows = rows.filter(_person_has("", word) | Q(_at_door(word)))
    chosen, number, pages, total = _cut(rows.order_by("initials", "name", "id"), page)
    return ListPage(resident_rows(list(chosen)), number, pages, total)


def premises(viewer: Viewer, search: str = "", page: int = 1, unit_id: int | None = None) -> ListPage:
    """Premises of the viewer's area by door, as rows of columns with masked telephone numbers."""
    viewer.check(READ)
    rows = records(RecordKind.PREMISES, within(unit_ids(viewer), unit_id))
    for word in search.split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(initials__startswith=word.lower()) | Q(door__icontains=word) | Q(uscc=word)
        )
    chosen, number, pages, total = _cut(rows.order_by("door", "id"), page)
    return ListPage(list(chosen), number, pages, total)


def _person_has(prefix: str, word: str) -> Q:
    """A person whose name contains the word, whose initials begin with it, or whose phone ends with it."""
    found = Q(**{f"{prefix}name__contains": word})
    if _LETTERS.fullmatch(word.lower()):
        found |= Q(**{f"{prefix}initials__startswith": word.lower()})
    if _PHONE_TAIL.fullmatch(word):
        found |= Q(**{f"{prefix}phone__endswith": word}) | Q(**{f"{prefix}second_phone__endswith": word})
    return found


def _household_has(word: str) -> Q:
    # Asked of each household in the area: the area is small, the county is not.
    here: Mapping[str, Any] = {"household": OuterRef("pk"), "valid_to__isnull": True}
    people = Membership.objects.filter(_person_has("resident__", word), **here)
    found = Q(Exists(people)) | Q(Exists(Home.objects.filter(dwelling__door__contains=word, **here)))
    if looks_like_code(word):
        found |= Q(Exists(Home.objects.filter(dwelling__address__path__startswith=_path_of(word), **here)))
    return found | Q(number__startswith=word.upper()) if _NUMBER.fullmatch(word) else found


def _path_of(code: str) -> str:
    """The path of the address with the code on a plate: what lies in a building begins with its path."""
    try:
        return by_code(code).path
    except NotFound:
        return "nowhere"


def _at_door(word: str) -> Exists:
    return Exists(Stay.objects.filter(resident=OuterRef("pk"), valid_to__isnull=True, dwelling__door__contains=word))


def _cut(rows: QuerySet[Any], page: int, size: int = PAGE) -> tuple[QuerySet[Any], int, int, int]:
    total = rows.count()
    pages = max(1, -(-total // size))
    number = min(max(1, page), pages)
    return rows[(number - 1) * size : number * size], number, pages, total


def _household_rows(chosen: list[Household]) -> list[HouseholdRow]:
    ids = [row.pk for row in chosen]
    live: Mapping[str, Any] = {"valid_to__isnull": True, "household__in": ids}
    doors = dict(Home.objects.filter(**live).values_list("household_id", "dwelling__door"))
    grids = dict(HouseholdGrid.objects.filter(**live).values_list("household_id", "unit_id"))
    members = Membership.objects.filter(**live)
    sizes = dict(members.values_list("household_id").annotate(count=Count("id")))
    heads = dict(members.filter(relation=Relation.HEAD).values_list("household_id", "resident__name"))
    names = tree().by_id
    return [
        HouseholdRow(
            row.number,
            heads.get(row.pk, ""),
            doors.get(row.pk, ""),
            sizes.get(row.pk, 0),
            grids[row.pk],
            names[grids[row.pk]].name if grids[row.pk] in names else "",
            row.verified_on,
        )
        for row in chosen
    ]


def resident_rows(chosen: list[Resident]) -> list[ResidentRow]:
    """People with their household and homes, in the order given."""
    ids = [row.pk for row in chosen]
    live: Mapping[str, Any] = {"valid_to__isnull": True, "resident__in": ids}
    of = {
        resident: (number, Relation(relation).label)
        for resident, number, relation in Membership.objects.filter(**live).values_list(
            "resident_id", "household__number", "relation"
        )
    }
    homes: dict[int, list[tuple[str, str]]] = {}
    stays = Stay.objects.filter(**live).order_by("id").values_list("resident_id", "kind", "dwelling__door")
    for resident, kind, door in stays:
        homes.setdefault(resident, []).append((StayKind(kind).label, door))
    return [
        ResidentRow(
            row.pk,
            row.name,
            row.get_sex_display(),
            row.birth_date,
            masked("phone", row.phone),
            masked("document_number", row.document_number),
            *of.get(row.pk, ("", "")),
            tuple(homes.get(row.pk, ())),
        )
        for row in chosen
    ]
