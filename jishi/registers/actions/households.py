"""Entering a household at its door, and what happens to it: somebody joins, leaves, moves; it ends."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db import IntegrityError, transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, DomainError, Invalid
from jishi.registers.actions.dwellings import find_or_begin
from jishi.registers.actions.grids import place_in_grids
from jishi.registers.actions.ledger import check_grid, day_of, held, written
from jishi.registers.actions.people import begin_stay, enter_person, leave_household
from jishi.registers.models import Home, Household, HouseholdGrid, Membership, Stay
from jishi.registers.rules.entries import HouseholdEntry, Origin, PersonEntry, check_people, read_person, read_values
from jishi.registers.rules.household_numbers import RANDOM_RANGE, household_number
from jishi.registers.rules.vocabulary import LIVING, EndReason, RecordKind, Relation, StayKind

_TRIES = 20

Draw = Callable[[int], int]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entered:
    """A household that was entered, with its home and its people in the order given."""

    id: int
    number: str
    dwelling_id: int
    resident_ids: tuple[int, ...]


@transaction.atomic
def enter_household(
    *, entry: HouseholdEntry, origin: Origin, by: Viewer, now: dt.datetime, draw: Draw = secrets.randbelow
) -> Entered:
    """Register a household with its people and its home, all or nothing.

    Raises Invalid or Conflict; what belongs to the third person names the field ``people.2.document_number``.
    ``draw`` gives a random number below its argument.
    """
    today = day_of(now)
    check_grid(entry.unit_id, by)
    people = [_at(index, partial(read_person, person, today)) for index, person in enumerate(entry.people)]
    check_people(people)
    own = read_values(RecordKind.HOUSEHOLD, {"book_number": entry.book_number}, today)
    dwelling_id = find_or_begin(entry, origin, by, now)
    household = _begun(entry, own.get("book_number", ""), origin, by, now, draw)
    HouseholdGrid.objects.create(household=household, unit_id=entry.unit_id, valid_from=today)
    Home.objects.create(household=household, dwelling_id=dwelling_id, valid_from=today)
    ids = tuple(
        _at(index, partial(enter_person, person, household.pk, dwelling_id, origin, by, now))
        for index, person in enumerate(people)
    )
    facts = {"unit": entry.unit_id, "dwelling": dwelling_id, "people": ids, "source": origin.source.value}
    written(RecordKind.HOUSEHOLD, household.pk, "enter_household", by, now, first=True, **facts)
    return Entered(household.pk, household.number, dwelling_id, ids)


def _at(index: int, act: Callable[[], T]) -> T:
    """Run ``act``; what is wrong with a person names their place in the list."""
    try:
        return act()
    except DomainError as error:
        error.field = f"people.{index}.{error.field}" if error.field else f"people.{index}"
        raise


def _begun(
    entry: HouseholdEntry, book_number: str, origin: Origin, by: Viewer, now: dt.datetime, draw: Draw
) -> Household:
    today = day_of(now)
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return Household.objects.create(
                    number=household_number(draw(RANDOM_RANGE)),
                    book_number=book_number,
                    kind=entry.kind,
                    source=origin.source,
                    source_note=origin.note,
                    recorded_at=now,
                    recorded_by=by.name,
                    verified_on=today,
                    verified_by=by.name,
                    valid_from=today,
                )
        except IntegrityError:  # the number is taken: draw another
            continue
    raise Conflict("暂时分配不到户编号，请再试一次。")


@transaction.atomic
def join(*, household_id: int, person: PersonEntry, origin: Origin, by: Viewer, now: dt.datetime) -> int:
    """Somebody joins a household (born, married, moved in); returns the id of the resident."""
    household = held(RecordKind.HOUSEHOLD, household_id, by)
    if person.relation is Relation.HEAD and _head_of(household_id) is not None:
        raise Invalid("这一户已有户主；要换户主，请先调整原户主与户主的关系。", field="relation")
    home = Home.objects.get(household=household, valid_to__isnull=True)
    resident_id = enter_person(read_person(person, day_of(now)), household_id, home.dwelling_id, origin, by, now)
    written(RecordKind.HOUSEHOLD, household_id, "join", by, now, resident=resident_id)
    return resident_id


@transaction.atomic
def change_head(*, household_id: int, resident_id: int, former: Relation, by: Viewer, now: dt.datetime) -> None:
    """Another member becomes the head; ``former`` is what the head until now is to the new one."""
    held(RecordKind.HOUSEHOLD, household_id, by)
    today = day_of(now)
    head = _head_of(household_id)
    member = Membership.objects.filter(
        household_id=household_id, resident_id=resident_id, valid_to__isnull=True
    ).first()
    if member is None:
        raise Invalid("新户主不在这一户，请重新选择。", field="resident_id")
    if former is Relation.HEAD:
        raise Invalid("请选择原户主与新户主的关系。", field="former")
    if head is not None and head.pk == member.pk:
        return
    for row, relation in ((head, former), (member, Relation.HEAD)):
        if row is not None:
            Membership.objects.filter(pk=row.pk).update(valid_to=today)
            Membership.objects.create(
                household_id=household_id, resident_id=row.resident_id, relation=relation, valid_from=today
            )
    written(RecordKind.HOUSEHOLD, household_id, "change_head", by, now, resident=resident_id)


@transaction.atomic
def leave(*, household_id: int, resident_id: int, reason: EndReason, by: Viewer, now: dt.datetime) -> None:
    """Somebody leaves a household: moved away, died, or was entered by mistake."""
    held(RecordKind.HOUSEHOLD, household_id, by)
    live = Membership.objects.filter(household_id=household_id, valid_to__isnull=True)
    member = live.filter(resident_id=resident_id).first()
    if member is None:
        raise Invalid("此人不在这一户。", field="resident_id")
    if live.count() == 1:
        raise Conflict("这是户内最后一人，请办理整户注销。")
    if member.relation == Relation.HEAD:
        raise Conflict("此人是户主，请先更换户主。")
    leave_household(resident_id, reason, by, now)
    written(RecordKind.HOUSEHOLD, household_id, "leave", by, now, resident=resident_id, reason=reason.value)


@transaction.atomic
def end_household(*, household_id: int, reason: EndReason, by: Viewer, now: dt.datetime) -> None:
    """A household ends with its links; its people end with it unless they stay registered here."""
    household = held(RecordKind.HOUSEHOLD, household_id, by)
    today = day_of(now)
    members = Membership.objects.filter(household=household, valid_to__isnull=True)
    ids = list(members.order_by("id").values_list("resident_id", flat=True))
    kept = [each for each in ids if leave_household(each, reason, by, now)]
    Home.objects.filter(household=household, valid_to__isnull=True).update(valid_to=today)
    HouseholdGrid.objects.filter(household=household, valid_to__isnull=True).update(valid_to=today)
    Household.objects.filter(pk=household.pk).update(valid_to=today, end_reason=reason)
    written(RecordKind.HOUSEHOLD, household_id, "end_household", by, now, reason=reason.value, still_registered=kept)


@transaction.atomic
def move_household(
    *, household_id: int, entry: HouseholdEntry, stay: StayKind, origin: Origin, by: Viewer, now: dt.datetime
) -> None:
    """A household moves to another home, perhaps in another grid of the viewer's area; its people live there now.

    Where they are registered does not change by moving (人户分离).
    """
    household = held(RecordKind.HOUSEHOLD, household_id, by)
    check_grid(entry.unit_id, by)
    today = day_of(now)
    dwelling_id = find_or_begin(entry, origin, by, now)
    homes = Home.objects.filter(household=household, valid_to__isnull=True)
    if homes.filter(dwelling_id=dwelling_id).exists():
        raise Conflict("这一户就登记在这里。", field="door")
    homes.update(valid_to=today)
    Home.objects.create(household=household, dwelling_id=dwelling_id, valid_from=today)
    place_in_grids(HouseholdGrid, "household_id", {household_id: entry.unit_id}, today)
    for member in Membership.objects.filter(household=household, valid_to__isnull=True):
        Stay.objects.filter(resident_id=member.resident_id, kind__in=LIVING, valid_to__isnull=True).update(
            valid_to=today
        )
        begin_stay(member.resident_id, dwelling_id, stay, today)
    written(RecordKind.HOUSEHOLD, household_id, "move_household", by, now, dwelling=dwelling_id, unit=entry.unit_id)


def _head_of(household_id: int) -> Membership | None:
    return Membership.objects.filter(household_id=household_id, relation=Relation.HEAD, valid_to__isnull=True).first()
