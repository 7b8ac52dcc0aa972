"""A person comes into a household, leaves it, or moves from one to another. Ties that no longer hold end and stay."""

import datetime as dt

from django.db import IntegrityError, transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict
from jishi.registers.actions.ledger import day_of, written
from jishi.registers.actions.values import take_values, taken_elsewhere
from jishi.registers.models import Membership, Resident, Stay
from jishi.registers.rules.entries import Origin, PersonEntry
from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.names import initials
from jishi.registers.rules.vocabulary import LIVING, EndReason, RecordKind, StayKind


def enter_person(
    entry: PersonEntry, household_id: int, dwelling_id: int, origin: Origin, by: Viewer, now: dt.datetime
) -> int:
    """A person of checked values in a household and its home; returns the id.

    Somebody whose document is on record already is the same person: they are taken over from their former household
    if the entry says that they moved, and refused otherwise, so that nobody is counted twice.
    """
    today = day_of(now)
    found = _known(entry)
    if found is None:
        _check_is_somebody_else(entry, dwelling_id)
        resident_id = _begin(entry, origin, by, now)
    else:
        resident_id = found.pk
        _take_over(found, entry, origin, by, now)
    Membership.objects.create(
        household_id=household_id, resident_id=resident_id, relation=entry.relation, valid_from=today
    )
    for kind in entry.stays:
        begin_stay(resident_id, dwelling_id, kind, today)
    return resident_id


def _known(entry: PersonEntry) -> Resident | None:
    number = entry.values.get("document_number")
    if not number:
        return None
    live = Resident.objects.select_for_update().filter(valid_to__isnull=True, document_number=number)
    return live.filter(document_kind=entry.values["document_kind"]).first()


def _check_is_somebody_else(entry: PersonEntry, dwelling_id: int) -> None:
    """Raise Conflict if somebody of this name is tied to the home and nothing tells the two apart: the same household
    was entered before, perhaps a minute ago in another window."""
    here = Resident.objects.filter(
        name=entry.values["name"], valid_to__isnull=True, stays__dwelling_id=dwelling_id, stays__valid_to__isnull=True
    )
    number, born = entry.values.get("document_number", ""), entry.values.get("birth_date", "")
    for known_number, known_born in here.values_list("document_number", "birth_date"):
        both_shown = bool(number and known_number)
        born_apart = bool(born) and known_born is not None and known_born.isoformat() != born
        if not both_shown and not born_apart:
            raise Conflict(
                "这个门牌已登记过同名的人。是同一个人的不用再登记；确是另一个人的，请填写证件号码或出生日期区分。",
                field="name",
            )


def _begin(entry: PersonEntry, origin: Origin, by: Viewer, now: dt.datetime) -> int:
    today = day_of(now)
    columns = {name: FIELDS[RecordKind.RESIDENT][name].column(value) for name, value in entry.values.items()}
    try:
        with transaction.atomic():
            return Resident.objects.create(
                **columns,
                initials=initials(entry.values["name"]),
                source=origin.source,
                source_note=origin.note,
                recorded_at=now,
                recorded_by=by.name,
                verified_on=today,
                verified_by=by.name,
                valid_from=today,
            ).pk
    except IntegrityError as error:  # somebody else has entered this document in the meantime
        raise taken_elsewhere(["document_number"]) from error


def _take_over(found: Resident, entry: PersonEntry, origin: Origin, by: Viewer, now: dt.datetime) -> None:
    if not entry.moves:
        raise Conflict(
            "这个证件号码已登记在另一户。证件核对无误、人确已搬来的，请勾选“从原户转入”。", field="document_number"
        )
    if found.name != entry.values["name"]:
        raise Conflict("这个证件号码登记的是另一个姓名，请对照证件核对姓名和号码。", field="document_number")
    end_ties(found.pk, day_of(now), kinds=LIVING)
    take_values(found, RecordKind.RESIDENT, entry.values, origin, by, now)
    written(RecordKind.RESIDENT, found.pk, "take_over", by, now)


def end_ties(resident_id: int, today: dt.date, *, kinds: frozenset[StayKind]) -> None:
    """The membership ends, and the stays of these kinds."""
    live = {"resident_id": resident_id, "valid_to__isnull": True}
    Membership.objects.filter(**live).update(valid_to=today)
    Stay.objects.filter(**live, kind__in=kinds).update(valid_to=today)


def leave_household(resident_id: int, reason: EndReason, by: Viewer, now: dt.datetime) -> bool:
    """A person leaves for good; returns whether they stay on record because they are still registered at a home."""
    today = day_of(now)
    gone = reason in (EndReason.DECEASED, EndReason.MISTAKEN)
    end_ties(resident_id, today, kinds=frozenset(StayKind) if gone else LIVING)
    if Stay.objects.filter(resident_id=resident_id, valid_to__isnull=True).exists():
        return True
    Resident.objects.filter(pk=resident_id).update(valid_to=today, end_reason=reason)
    written(RecordKind.RESIDENT, resident_id, "end_resident", by, now, reason=reason.value)
    return False


def begin_stay(resident_id: int, dwelling_id: int, kind: StayKind, today: dt.date) -> None:
    """A tie to a home; one registered home at a time, so a new one ends the former."""
    live = Stay.objects.filter(resident_id=resident_id, kind=kind, valid_to__isnull=True)
    if kind is StayKind.REGISTERED:
        live.exclude(dwelling_id=dwelling_id).update(valid_to=today)
    if not live.filter(dwelling_id=dwelling_id).exists():
        Stay.objects.create(resident_id=resident_id, dwelling_id=dwelling_id, kind=kind, valid_from=today)
