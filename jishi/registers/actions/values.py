"""What a source says about a record: taken where nothing contradicts it, kept beside where another source does."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.registers.actions.ledger import day_of, held, written
from jishi.registers.models import Premises, Provenance, Registered, Resident
from jishi.registers.queries.origins import known_from
from jishi.registers.rules.claims import Outcome, outcome
from jishi.registers.rules.entries import Origin, read_values
from jishi.registers.rules.fields import FIELDS, as_text
from jishi.registers.rules.names import initials
from jishi.registers.rules.vocabulary import RecordKind, Source

State = Provenance.State


@transaction.atomic
def give_values(
    *, kind: RecordKind, record_id: int, values: Mapping[str, str], origin: Origin, by: Viewer, now: dt.datetime
) -> dict[str, Outcome]:
    """Tell what became of each value: filled in, put right, already known, or a conflict for a person to decide.

    Raises Invalid with the field for a value that cannot be, Conflict for a document of somebody else.
    """
    row = held(kind, record_id, by)
    return take_values(row, kind, values, origin, by, now)


def take_values(
    row: Registered, kind: RecordKind, values: Mapping[str, str], origin: Origin, by: Viewer, now: dt.datetime
) -> dict[str, Outcome]:
    """The same for a record the caller has locked."""
    read = read_values(kind, values, day_of(now))
    sources = known_from(row, kind)
    done: dict[str, Outcome] = {}
    for name, value in read.items():
        known = as_text(getattr(row, name))
        unknown_sex = name == "sex" and known == "0"
        done[name] = outcome(
            known="" if unknown_sex else known, known_from=sources(name), value=value, source=origin.source
        )
        if done[name] in (Outcome.FILLS, Outcome.SUCCEEDS):
            _replace(row, kind, name, value, sources(name), origin, by, now)
        elif done[name] is Outcome.CONFLICTS:
            _set_beside(row, kind, name, value, origin, by, now)
    _save(row, kind, [name for name in read if done[name] in (Outcome.FILLS, Outcome.SUCCEEDS)])
    told = {name: result.value for name, result in done.items() if result is not Outcome.SAME}
    if told:
        written(kind, row.pk, "give_values", by, now, source=origin.source.value, fields=told)
    return done


@transaction.atomic
def decide(*, conflict_id: int, accept: bool, reason: str, by: Viewer, now: dt.datetime) -> None:
    """Between two sources a person decides: the waiting value is taken, or it is not; both stay on record.

    Raises Conflict if it was decided meanwhile, Invalid without a reason.
    """
    found = Provenance.objects.select_for_update().filter(pk=conflict_id).first()
    if found is None:
        raise NotFound("没有找到这条不一致。")
    kind = RecordKind(found.kind)
    row = held(kind, found.record_id, by, Permission.DECIDE_REGISTER)
    if found.state != State.CONFLICT:
        raise Conflict(f"这条不一致已由{found.decided_by}裁定。")
    if not reason.strip():
        raise Invalid("请写明依据，例如“已看身份证原件”。", field="reason")
    found.decided_at, found.decided_by, found.reason = now, by.name, reason.strip()[:200]
    if accept:
        _retire_current(row, kind, found.field, known_from(row, kind)(found.field))
        found.state = State.CURRENT
        _set_column(row, kind, found.field, found.value)
    else:
        found.state = State.DECLINED
    found.save()
    if accept:
        _close_the_same(found, by, now)
        _save(row, kind, [found.field])
    written(kind, row.pk, "decide", by, now, field=found.field, accepted=accept, source=found.source)


def _replace(
    row: Registered,
    kind: RecordKind,
    name: str,
    value: str,
    former: Source,
    origin: Origin,
    by: Viewer,
    now: dt.datetime,
) -> None:
    _retire_current(row, kind, name, former)
    Provenance.objects.create(
        kind=kind,
        record_id=row.pk,
        field=name,
        value=value,
        source=origin.source,
        source_note=origin.note,
        at=now,
        by=by.name,
        state=State.CURRENT,
    )
    _set_column(row, kind, name, value)


def _retire_current(row: Registered, kind: RecordKind, name: str, source: Source) -> None:
    """The value on record becomes a former one; one that came with the record gets its line now."""
    current = Provenance.objects.filter(kind=kind, record_id=row.pk, field=name, state=State.CURRENT)
    known = as_text(getattr(row, name))
    if not current.update(state=State.FORMER) and known:
        Provenance.objects.create(
            kind=kind,
            record_id=row.pk,
            field=name,
            value=known,
            source=source,
            source_note=row.source_note,
            at=row.recorded_at,
            by=row.recorded_by,
            state=State.FORMER,
        )


def _set_beside(
    row: Registered, kind: RecordKind, name: str, value: str, origin: Origin, by: Viewer, now: dt.datetime
) -> None:
    Provenance.objects.get_or_create(
        kind=kind,
        record_id=row.pk,
        field=name,
        value=value,
        source=origin.source,
        state=State.CONFLICT,
        defaults={"source_note": origin.note, "at": now, "by": by.name},
    )


def _close_the_same(taken: Provenance, by: Viewer, now: dt.datetime) -> None:
    """Other sources that waited with the same value are answered by the same decision."""
    same = Provenance.objects.filter(
        kind=taken.kind, record_id=taken.record_id, field=taken.field, value=taken.value, state=State.CONFLICT
    )
    same.update(state=State.FORMER, decided_at=now, decided_by=by.name, reason=taken.reason)


def _set_column(row: Registered, kind: RecordKind, name: str, value: str) -> None:
    setattr(row, name, FIELDS[kind][name].column(value))


def _save(row: Registered, kind: RecordKind, names: list[str]) -> None:
    if not names:
        return
    changed: list[str] = list(names)
    if "name" in names and isinstance(row, Resident | Premises):
        row.initials = initials(row.name)
        changed.append("initials")
    try:
        with transaction.atomic():
            row.save(update_fields=changed)
    except IntegrityError as error:
        raise taken_elsewhere(names) from error


def taken_elsewhere(names: Any) -> Conflict:
    """What to say when a document or code is already on another record: nothing about whose it is."""
    if "document_number" in names:
        return Conflict("这个证件号码已登记给另一个人，请核对号码。", field="document_number")
    return Conflict("这个地方已登记过同一个统一社会信用代码，请先查找原来的登记。", field="uscc")
