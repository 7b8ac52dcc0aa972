"""What is entered at a door: a home, a household and its people, checked as a whole."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jishi.kernel.errors import Invalid
from jishi.registers.rules.documents import agreed, read_document
from jishi.registers.rules.fields import FIELDS, NEEDED
from jishi.registers.rules.vocabulary import (
    DocumentKind,
    HouseholdKind,
    RecordKind,
    Relation,
    Sex,
    Source,
    StayKind,
)

MOST_PEOPLE = 30  # a collective household is entered in several goes


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: the source, and in a few words which file or who was asked."""

    source: Source = Source.DOOR
    note: str = ""


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """A person as typed: texts by field name, the relation to the head, and how the home is lived in.

    ``moves`` says that somebody with this document, registered in another household, has moved here.
    """

    values: Mapping[str, str]
    relation: Relation
    stays: tuple[StayKind, ...] = (StayKind.USUAL,)
    moves: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdEntry:
    """A household with its home, either one on record (``dwelling_id``) or a new one described by ``dwelling``."""

    unit_id: int
    people: Sequence[PersonEntry]
    dwelling: Mapping[str, str] = field(default_factory=dict)
    dwelling_id: int | None = None
    address_id: int | None = None
    book_number: str = ""
    kind: HouseholdKind = HouseholdKind.FAMILY


def read_values(kind: RecordKind, values: Mapping[str, str], today: dt.date) -> dict[str, str]:
    """Typed texts in their canonical form; raises Invalid with the field. Empty ones are left out.

    A citizen number fills in birth date and sex, and must not contradict them.
    """
    fields = FIELDS[kind]
    unknown = set(values) - set(fields)
    if unknown:
        raise Invalid(f"没有“{sorted(unknown)[0]}”这一项。")
    read = {name: fields[name].read(text, today) for name, text in values.items()}
    found = {name: text for name, text in read.items() if text}
    if kind is RecordKind.RESIDENT and "document_number" in found:
        found |= _document(found, today)
    return found


def _document(found: Mapping[str, str], today: dt.date) -> dict[str, str]:
    kind = DocumentKind(found.get("document_kind", DocumentKind.CITIZEN))
    document = read_document(kind, found["document_number"], today)
    born = dt.date.fromisoformat(found["birth_date"]) if "birth_date" in found else None
    birth_date, sex = agreed(document, birth_date=born, sex=Sex(found.get("sex", Sex.UNKNOWN)))
    told = {"document_kind": kind.value, "document_number": document.number, "sex": sex.value}
    return told | ({"birth_date": birth_date.isoformat()} if birth_date is not None else {})


def check_complete(kind: RecordKind, values: Mapping[str, str]) -> None:
    """Raise Invalid if a new record lacks what it must have."""
    missing = [name for name in FIELDS[kind] if name in NEEDED and not values.get(name)]
    if missing:
        raise Invalid(f"请填写{FIELDS[kind][missing[0]].label}。", field=missing[0])


def read_person(entry: PersonEntry, today: dt.date) -> PersonEntry:
    """The person with canonical values; raises Invalid with the field."""
    values = read_values(RecordKind.RESIDENT, entry.values, today)
    check_complete(RecordKind.RESIDENT, values)
    return replace(entry, values=values)


def check_people(people: Sequence[PersonEntry]) -> None:
    """Raise Invalid unless the people make a household: one head, nobody twice."""
    if not people:
        raise Invalid("请至少登记一个人。", field="people")
    if len(people) > MOST_PEOPLE:
        raise Invalid(f"一次最多登记{MOST_PEOPLE}人。", field="people")
    heads = sum(person.relation is Relation.HEAD for person in people)
    if heads != 1:
        raise Invalid("每户有且只有一个户主，请检查“与户主关系”。", field="people")
    documents = [
        (person.values.get("document_kind"), person.values["document_number"])
        for person in people
        if person.values.get("document_number")
    ]
    if len(set(documents)) < len(documents):
        raise Invalid("有两个人的证件号码相同，请核对。", field="people")
