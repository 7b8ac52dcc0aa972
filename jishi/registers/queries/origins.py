"""Where each value comes from, and the values over which sources disagree."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import NotFound
from jishi.registers.models import Provenance, Registered
from jishi.registers.queries.scope import MODELS, records, unit_ids
from jishi.registers.rules.fields import FIELDS, as_text
from jishi.registers.rules.masking import masked
from jishi.registers.rules.vocabulary import RecordKind, Source

State = Provenance.State


def known_from(row: Registered, kind: RecordKind) -> Callable[[str], Source]:
    """For a field of this record the source of its value: the one named for it, else that of the record."""
    named = dict(
        Provenance.objects.filter(kind=kind, record_id=row.pk, state=State.CURRENT).values_list("field", "source")
    )
    return lambda field: Source(named.get(field, row.source))


@dataclass(frozen=True, slots=True)
class Saying:
    """A value as one source gave it, masked where it is sensitive."""

    id: int | None  # of the waiting value, to decide on it
    value: str
    source: Source
    source_note: str
    at: dt.datetime
    by: str
    state: str
    decided_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FieldPast:
    """One field of a record: the value on record with its origin, what waits beside it, and what was before. ``truth``
    is the source whose word counts for the field."""

    name: str
    label: str
    truth: Source
    current: Saying
    waiting: tuple[Saying, ...] = ()
    past: tuple[Saying, ...] = ()


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A record with at least one value that waits for a decision."""

    kind: RecordKind
    record_id: int
    title: str
    fields: tuple[FieldPast, ...]


def origins(viewer: Viewer, kind: RecordKind, record_id: int) -> tuple[FieldPast, ...]:
    """Every value of a record with its origin and date; raises NotFound outside the viewer's area."""
    row = records(kind, unit_ids(viewer), [record_id]).first()
    if not isinstance(row, Registered):
        raise NotFound("没有找到，或不在您的辖区内。")
    return pasts(row, kind, Provenance.objects.filter(kind=kind, record_id=record_id))


def pasts(row: Registered, kind: RecordKind, rows: QuerySet[Provenance]) -> tuple[FieldPast, ...]:
    said: dict[str, list[Provenance]] = {}
    for each in rows.order_by("-id"):
        said.setdefault(each.field, []).append(each)
    found = []
    for name, field in FIELDS[kind].items():
        lines = said.get(name, [])
        known = as_text(getattr(row, name))
        if not known and not lines:
            continue
        named = next((line for line in lines if line.state == State.CURRENT), None)
        current = _saying(kind, named) if named is not None else _with_record(row, kind, name, known)
        waiting = tuple(_saying(kind, line) for line in lines if line.state == State.CONFLICT)
        past = tuple(_saying(kind, line) for line in lines if line.state in (State.FORMER, State.DECLINED))
        found.append(FieldPast(name, field.label, field.truth, current, waiting, past))
    return tuple(found)


def _with_record(row: Registered, kind: RecordKind, name: str, known: str) -> Saying:
    value = masked(name, FIELDS[kind][name].words(known))
    return Saying(None, value, Source(row.source), row.source_note, row.recorded_at, row.recorded_by, State.CURRENT)


def _saying(kind: RecordKind, line: Provenance) -> Saying:
    return Saying(
        line.pk,
        masked(line.field, FIELDS[kind][line.field].words(line.value)),
        Source(line.source),
        line.source_note,
        line.at,
        line.by,
        line.state,
        line.decided_by or "",
        line.reason,
    )


def open_conflicts(viewer: Viewer) -> QuerySet[Provenance]:
    """Every value that waits for a decision in the area where the viewer decides."""
    units = unit_ids(viewer, Permission.DECIDE_REGISTER)
    found = Provenance.objects.filter(state=State.CONFLICT)
    none = found.none()
    for kind in RecordKind:
        none = none | found.filter(kind=kind, record_id__in=records(kind, units).values("pk"))
    return none


def disagreements(viewer: Viewer, limit: int = 50) -> tuple[Disagreement, ...]:
    """The records with open conflicts, the longest waiting first, each with the disputed fields side by side."""
    keys = dict.fromkeys(open_conflicts(viewer).order_by("id").values_list("kind", "record_id"))
    found = []
    for kind_value, record_id in list(keys)[:limit]:
        kind = RecordKind(kind_value)
        row = MODELS[kind]._default_manager.get(pk=record_id)
        assert isinstance(row, Registered)
        fields = pasts(row, kind, Provenance.objects.filter(kind=kind, record_id=record_id))
        title = title_of(row)
        found.append(Disagreement(kind, record_id, title, tuple(field for field in fields if field.waiting)))
    return tuple(found)


def title_of(row: Registered) -> str:
    """What a record is called in a list: a name, a door, a household number."""
    return next(str(getattr(row, name)) for name in ("name", "door", "number") if hasattr(row, name))
