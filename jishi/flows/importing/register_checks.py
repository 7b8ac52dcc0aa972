"""Checking the rows of a file of people, column by column.

What a column may hold is said once, in registers.rules.fields. A value that is plainly in its canonical form passes by
a pattern; every other value goes, once however often it stands in the file, through the rule itself. So a file is
checked exactly as an entry at the door is, and a million rows take seconds.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping

import polars as pl

from jishi.flows.importing.frames import TORN
from jishi.flows.importing.register_columns import LABELS
from jishi.flows.importing.register_habits import check_kept
from jishi.kernel.errors import Invalid
from jishi.registers.rules.documents import agreed, read_document
from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.vocabulary import GB4761, DocumentKind, RecordKind, Relation, Sex, StayKind

REASON = "reason"
_HAN = r"^[一-龥·]{1,30}$"
_WORDS = r"^[一-龥0-9A-Za-z-]{1,100}$"
_DIGITS = r"^[0-9]{5,15}$"
_DAY = r"^(?:19[0-9]|20[01])[0-9]-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$"  # past, and in every month
# meaning -> (kind of record, field, what is plainly canonical; None: every value is read)
_READ: Mapping[str, tuple[RecordKind, str, str | None]] = {
    "name": (RecordKind.RESIDENT, "name", _HAN),
    "former_name": (RecordKind.RESIDENT, "former_name", _HAN),
    "sex": (RecordKind.RESIDENT, "sex", None),
    "birth_date": (RecordKind.RESIDENT, "birth_date", _DAY),
    "document_kind": (RecordKind.RESIDENT, "document_kind", None),
    "phone": (RecordKind.RESIDENT, "phone", _DIGITS),
    "second_phone": (RecordKind.RESIDENT, "second_phone", _DIGITS),
    "registered_place": (RecordKind.RESIDENT, "registered_place", _WORDS),
    "book_number": (RecordKind.HOUSEHOLD, "book_number", r"^[0-9]{1,9}$"),
    "household_kind": (RecordKind.HOUSEHOLD, "kind", None),
    "door": (RecordKind.DWELLING, "door", _WORDS),
    "building_use": (RecordKind.DWELLING, "building_use", None),
    "floor_area": (RecordKind.DWELLING, "floor_area", None),
    "is_rented": (RecordKind.DWELLING, "is_rented", None),
    "owner_name": (RecordKind.DWELLING, "owner_name", _HAN),
    "owner_phone": (RecordKind.DWELLING, "owner_phone", _DIGITS),
}
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_EARLIEST = 1850
_SELF = frozenset({"本人", "户主本人", "本人或户主"})


def checked(rows: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    """The rows with canonical values (null where nothing is said) and ``reason``, null where nothing is wrong."""
    wrong: list[pl.Series] = [rows[TORN]]
    columns: list[pl.Series] = []
    for meaning, read, plain in _readers(today):
        values, reasons = read_column(rows[meaning], read, plain)
        columns.append(values)
        if reasons is not None:
            wrong.append(reasons)
    found, bad_documents = _documents(rows.with_columns(columns), today)
    wrong.append(bad_documents)
    wrong.append(pl.Series(_absent(found)))
    wrong.append(_two_heads(found))
    reasons_of = pl.DataFrame([each.alias(str(n)) for n, each in enumerate(wrong)])
    told = reasons_of.select(pl.concat_str(pl.all(), separator="；", ignore_nulls=True)).to_series()
    return found.with_columns(told.alias(REASON)).with_columns(pl.when(pl.col(REASON) != "").then(pl.col(REASON)))


def _readers(today: dt.date) -> list[tuple[str, Callable[[str], str], str | None]]:
    def of_field(meaning: str, kind: RecordKind, name: str) -> Callable[[str], str]:
        def read(text: str) -> str:
            check_kept(meaning, text)
            return FIELDS[kind][name].read(text.removesuffix("性") if meaning == "sex" else text, today)

        return read

    fields = [(meaning, of_field(meaning, kind, name), plain) for meaning, (kind, name, plain) in _READ.items()]
    return [
        *fields,
        ("relation", read_relation, None),
        ("stay", read_stays, None),
        ("verified_on", lambda text: read_day(text, today), None),
    ]


def read_column(
    values: pl.Series, read: Callable[[str], str], plain: str | None = None
) -> tuple[pl.Series, pl.Series | None]:
    """Canonical values, and the reasons against those that cannot be; no reasons where all can."""
    odd = values.drop_nulls() if plain is None else values.filter(~values.str.contains(plain))
    canonical: dict[str, str | None] = {}
    reasons: dict[str, str] = {}
    for text in odd.unique().to_list():
        try:
            canonical[text] = read(text) or None
        except Invalid as refusal:
            reasons[text], canonical[text] = f"{refusal.message}（{text[:30]}）", None
    changed = {text: value for text, value in canonical.items() if value != text}
    if changed:
        old, new = list(changed), pl.Series(list(changed.values()), dtype=pl.String)
        values_now = values.replace_strict(pl.Series(old), new, default=values, return_dtype=pl.String)
    else:
        values_now = values
    if not reasons:
        return values_now.alias(values.name), None
    told = values.replace_strict(list(reasons), list(reasons.values()), default=None, return_dtype=pl.String)
    return values_now.alias(values.name), told


def read_relation(text: str) -> str:
    """A relation by its word, by ours, or by its code of GB/T 4761."""
    if text in _SELF:
        return Relation.HEAD.value
    if re.fullmatch(r"[0-9]{1,2}", text):
        return GB4761[text[0]].value
    found = next((one for one in Relation if text in (one.value, one.label)), None)
    if found is None:
        raise Invalid(f"与户主关系只能是：{'、'.join(one.label for one in Relation)}，或GB/T 4761代码")
    return found.value


def read_stays(text: str) -> str:
    """``registered,usual`` for 户籍、常住: 人户分离 is told by two rows or two words."""
    found = []
    for word in filter(None, re.split(r"[、,，/+;；\s]+", text)):
        kind = next((one for one in StayKind if word.removesuffix("人口") in (one.value, one.label)), None)
        if kind is None:
            raise Invalid(f"居住类型只能是：{'、'.join(one.label for one in StayKind)}，两种之间用顿号")
        found.append(kind.value)
    return ",".join(dict.fromkeys(found))


def read_day(text: str, today: dt.date) -> str:
    check_kept("verified_on", text)
    try:
        day = dt.datetime.strptime(text, "%Y%m%d" if text.isdigit() else "%Y-%m-%d").date()
    except ValueError:
        raise Invalid("核实日期应写成2026-03-01或20260301") from None
    if not dt.date(_EARLIEST, 1, 1) <= day <= today:
        raise Invalid("核实日期不能晚于今天")
    return day.isoformat()


def _documents(rows: pl.DataFrame, today: dt.date) -> tuple[pl.DataFrame, pl.Series]:
    """Numbers checked with their kind; what a citizen number tells fills in birth date and sex."""
    number = pl.col("document_number")
    rows = rows.with_columns(
        pl.when(number.is_not_null()).then(pl.col("document_kind").fill_null(DocumentKind.CITIZEN.value))
    )
    rows = rows.with_columns(_holds(today).fill_null(False).alias("holds"))
    odd = rows.filter(~pl.col("holds") & number.is_not_null()).select("document_kind", "document_number").unique()
    read = pl.DataFrame(
        [(kind, given, *_read(kind, given, today)) for kind, given in odd.rows()],
        schema={**dict.fromkeys(("document_kind", "document_number", "canonical", "wrong"), pl.String)},
        orient="row",
    )
    if read.height:
        rows = rows.join(read, on=["document_kind", "document_number"], how="left", maintain_order="left")
        good = pl.when(pl.col("wrong").is_null()).then(pl.coalesce("canonical", number))
        rows = rows.with_columns(good.alias("document_number"))
    else:
        rows = rows.with_columns(wrong=pl.lit(None, pl.String))
    return _agreed(rows.drop("canonical", "holds", strict=False))


def _read(kind: str, number: str, today: dt.date) -> tuple[str | None, str | None]:
    try:
        return read_document(DocumentKind(kind), number, today).number, None
    except Invalid as wrong:
        refusal = wrong
    try:
        check_kept("document_number", number)
    except Invalid as lost:
        refusal = lost
    return None, f"{refusal.message}（{number[:30]}）"


def _holds(today: dt.date) -> pl.Expr:
    """Citizen numbers in canonical form that hold together (kernel.citizen_numbers, for a whole column)."""
    number = pl.col("document_number")
    body = number.str.slice(0, 17).cast(pl.Int64, strict=False)
    summed = sum((body // 10 ** (16 - place) % 10) * weight for place, weight in enumerate(_WEIGHTS))
    last = number.str.slice(17, 1)
    check = pl.when(last == "X").then(10).otherwise(last.cast(pl.Int64, strict=False))
    born = number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
    return (
        (pl.col("document_kind") == DocumentKind.CITIZEN.value)
        & number.str.contains(r"^[0-9]{17}[0-9X]$")
        & ((summed + check) % 11 == 1)
        & born.is_between(dt.date(_EARLIEST, 1, 1), today)
    )


def _agreed(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    citizen = pl.col("document_kind") == DocumentKind.CITIZEN.value
    number = pl.when(citizen).then(pl.col("document_number"))
    digits = number.str.slice(6, 8)
    told = pl.when(digits.is_not_null()).then(
        pl.concat_str(digits.str.slice(0, 4), pl.lit("-"), digits.str.slice(4, 2), pl.lit("-"), digits.str.slice(6, 2))
    )
    sex = (
        pl.when(number.str.slice(16, 1).cast(pl.Int64, strict=False) % 2 == 1)
        .then(pl.lit("1"))
        .otherwise(pl.when(number.is_not_null()).then(pl.lit("2")))
    )
    rows = rows.with_columns(told_birth=told, told_sex=sex, sex=pl.when(pl.col("sex") != "0").then(pl.col("sex")))
    differs = (pl.col("birth_date") != pl.col("told_birth")) | (pl.col("sex") != pl.col("told_sex"))
    against = {
        line: _disagreement(*rest)
        for line, *rest in rows.filter(differs).select("line", "document_number", "birth_date", "sex").rows()
    }
    wrong = rows["wrong"]
    if against:
        said = rows["line"].replace_strict(list(against), list(against.values()), default=None, return_dtype=pl.String)
        wrong = pl.DataFrame([wrong, said.alias("said")]).select(pl.coalesce("wrong", "said")).to_series()
    filled = rows.with_columns(
        birth_date=pl.coalesce("birth_date", "told_birth"), sex=pl.coalesce("sex", "told_sex")
    ).drop("told_birth", "told_sex", "wrong")
    return filled, wrong


def _disagreement(number: str, birth: str | None, sex: str | None) -> str | None:
    document = read_document(DocumentKind.CITIZEN, number, dt.date.max)
    try:
        agreed(document, birth_date=dt.date.fromisoformat(birth) if birth else None, sex=Sex(sex or "0"))
    except Invalid as refusal:
        return refusal.message
    return None


def _absent(rows: pl.DataFrame) -> pl.Series:
    """What a row lacks: a name, or a relation where several share a household."""
    nameless = pl.when(pl.col("name").is_null() & pl.col(TORN).is_null()).then(pl.lit("没有姓名"))
    shared = pl.len().over("group") > 1
    unrelated = pl.when(pl.col("relation").is_null() & shared & pl.col(TORN).is_null()).then(
        pl.lit(f"没有写{LABELS['relation']}")
    )
    said = pl.concat_str(nameless, unrelated, separator="；", ignore_nulls=True)
    told = rows.select(said.alias("absent")).to_series()
    return told.to_frame().select(pl.when(pl.col("absent") != "").then(pl.col("absent"))).to_series()


def _two_heads(rows: pl.DataFrame) -> pl.Series:
    head = pl.when(pl.col("relation") == Relation.HEAD.value).then(pl.col("line"))
    first = head.min().over("group")
    told = pl.concat_str(pl.lit("同一户有两个户主，另一个在第"), first.cast(pl.String), pl.lit("行"))
    return rows.select(pl.when(head > first).then(told).alias("heads")).to_series()
