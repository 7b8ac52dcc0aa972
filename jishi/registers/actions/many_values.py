"""What a file says about records that are on the register already, for many at once: the bulk form of ``values``.

The rule is the same one (rules.claims): a source that knows better than nothing fills in, corrects itself, and never
overwrites what another source says; that is set beside it for a person to decide.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

import polars as pl

from jishi.accounts.rules.viewer import Viewer
from jishi.registers.models import Provenance
from jishi.registers.queries.scope import MODELS
from jishi.registers.rules.claims import Outcome, outcome
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.fields import FIELDS, as_text
from jishi.registers.rules.many_names import many_initials
from jishi.registers.rules.vocabulary import RecordKind, Source

State = Provenance.State
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class _Cell:
    """One value that differs from what is known."""

    record_id: int
    field: str
    known: str
    value: str


def take_values_of_many(
    *, kind: RecordKind, rows: pl.DataFrame, origin: Origin, by: Viewer, now: dt.datetime
) -> dict[str, int]:
    """Take what ``rows`` say (``id`` and a text column for each field, null where nothing is said) within the caller's
    transaction; returns how many values were ``filled``, ``corrected`` and set aside as ``conflicts``."""
    names = [name for name in rows.columns if name != "id"]
    if not rows.height or all(rows[name].null_count() == rows.height for name in names):
        return {}
    known = _known(kind, rows["id"], names)
    cells = _differing(rows, known, names)
    if not cells:
        return {}
    ids = {cell.record_id for cell in cells}
    origins = _origins(kind, ids)
    named = _named(kind, ids)
    decided = [(cell, _outcome(cell, origins, named, origin)) for cell in cells]
    taken = [cell for cell, result in decided if result in (Outcome.FILLS, Outcome.SUCCEEDS)]
    beside = [cell for cell, result in decided if result is Outcome.CONFLICTS]
    _take(kind, taken, origins, named, origin, by, now)
    _set_beside(kind, beside, origin, by, now)
    counted = Counter(result for _, result in decided)
    return {
        "filled": counted[Outcome.FILLS],
        "corrected": counted[Outcome.SUCCEEDS],
        "conflicts": counted[Outcome.CONFLICTS],
    }


def _known(kind: RecordKind, ids: pl.Series, names: list[str]) -> pl.DataFrame:
    rows = MODELS[kind]._default_manager.filter(pk__among=ids).values_list("id", *names)
    texts = [(id, *map(as_text, values)) for id, *values in rows]
    return pl.DataFrame(texts, schema={"id": pl.Int64, **{f"known_{name}": pl.String for name in names}}, orient="row")


def _differing(rows: pl.DataFrame, known: pl.DataFrame, names: list[str]) -> list[_Cell]:
    both = rows.join(known, on="id")
    found = []
    for name in names:
        here = both.filter(pl.col(name).is_not_null() & (pl.col(name) != pl.col(f"known_{name}")))
        for record_id, before, value in here.select("id", f"known_{name}", name).rows():
            found.append(_Cell(record_id, name, "" if name == "sex" and before == "0" else before, value))
    return found


def _origins(kind: RecordKind, ids: set[int]) -> dict[int, tuple[Any, ...]]:
    """For each record its source, source note, and when and by whom it was recorded."""
    fields = ("id", "source", "source_note", "recorded_at", "recorded_by")
    rows = MODELS[kind]._default_manager.filter(pk__among=ids).values_list(*fields)
    return {row[0]: row[1:] for row in rows}


def _named(kind: RecordKind, ids: set[int]) -> dict[tuple[int, str], tuple[int, str]]:
    """The values with an origin of their own: record and field -> id of the line and source."""
    lines = Provenance.objects.filter(kind=kind, record_id__among=ids, state=State.CURRENT)
    return {(record, field): (id, source) for id, record, field, source in lines.values_list(
        "id", "record_id", "field", "source"
    )}  # fmt: skip


def _outcome(
    cell: _Cell,
    origins: dict[int, tuple[Any, ...]],
    named: dict[tuple[int, str], tuple[int, str]],
    origin: Origin,
) -> Outcome:
    line = named.get((cell.record_id, cell.field))
    source = Source(line[1] if line else origins[cell.record_id][0])
    return outcome(known=cell.known, known_from=source, value=cell.value, source=origin.source)


def _take(
    kind: RecordKind,
    cells: list[_Cell],
    origins: dict[int, tuple[Any, ...]],
    named: dict[tuple[int, str], tuple[int, str]],
    origin: Origin,
    by: Viewer,
    now: dt.datetime,
) -> None:
    """What was on record becomes former, the values stand with their new origin."""
    lines = [named[key][0] for key in ((cell.record_id, cell.field) for cell in cells) if key in named]
    Provenance.objects.filter(pk__among=lines).update(state=State.FORMER)
    former = [cell for cell in cells if cell.known and (cell.record_id, cell.field) not in named]
    rows = []
    for cell in former:
        source, note, at, recorded_by = origins[cell.record_id]
        rows.append(_line(kind, cell, cell.known, State.FORMER, (source, note, at, recorded_by)))
    given = (origin.source, origin.note, now, by.name)
    rows += [_line(kind, cell, cell.value, State.CURRENT, given) for cell in cells]
    Provenance.objects.bulk_create(rows, batch_size=_AT_ONCE)
    by_field: dict[str, list[_Cell]] = {}
    for cell in cells:
        by_field.setdefault(cell.field, []).append(cell)
    for name, some in by_field.items():
        _write(kind, name, some)


def _write(kind: RecordKind, name: str, cells: list[_Cell]) -> None:
    model: Any = MODELS[kind]
    column = FIELDS[kind][name].column
    fields = [name]
    rows = [model(pk=cell.record_id, **{name: column(cell.value)}) for cell in cells]
    if name == "name":
        fields.append("initials")
        letters = many_initials({cell.value for cell in cells})
        for row in rows:
            row.initials = letters[row.name]
    model._default_manager.bulk_update(rows, fields, batch_size=_AT_ONCE)


def _line(kind: RecordKind, cell: _Cell, value: str, state: str, given: tuple[Any, ...]) -> Provenance:
    source, note, at, by = given
    return Provenance(
        kind=kind,
        record_id=cell.record_id,
        field=cell.field,
        value=value,
        source=source,
        source_note=note,
        at=at,
        by=by,
        state=state,
    )


def _set_beside(kind: RecordKind, cells: list[_Cell], origin: Origin, by: Viewer, now: dt.datetime) -> None:
    """Each waits once, however often the source repeats it, and not again where a person has said no to it."""
    ids = {cell.record_id for cell in cells}
    answered = Provenance.objects.filter(kind=kind, record_id__among=ids, source=origin.source, state=State.DECLINED)
    declined = set(answered.values_list("record_id", "field", "value"))
    given = (origin.source, origin.note, now, by.name)
    open_ones = [cell for cell in cells if (cell.record_id, cell.field, cell.value) not in declined]
    rows = [_line(kind, cell, cell.value, State.CONFLICT, given) for cell in open_ones]
    Provenance.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
