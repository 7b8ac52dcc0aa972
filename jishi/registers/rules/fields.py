"""The fields of each kind of record: what they are called, and how a value is read, kept and written as text.

A value travels as text, so that what sources say can be compared and shown side by side; ``column`` turns the text
into what the table keeps.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from jishi.kernel.credit_codes import parse_credit_code
from jishi.kernel.errors import Invalid
from jishi.registers.rules.phones import read_phone
from jishi.registers.rules.vocabulary import (
    BuildingUse,
    DocumentKind,
    HouseholdKind,
    PremisesKind,
    RecordKind,
    Sex,
    Word,
)

_EARLIEST = 1850
_LARGEST = Decimal("999999.99")
_MOST_STAFF = 1_000_000


@dataclass(frozen=True, slots=True)
class Field:
    """``read`` makes what was typed canonical or raises Invalid; ``shown`` are the words of a coded value."""

    name: str
    label: str
    read: Callable[[str, dt.date], str]
    column: Callable[[str], Any] = str
    shown: Mapping[str, str] | None = None

    def words(self, value: str) -> str:
        return self.shown.get(value, value) if self.shown is not None else value


def _plain(name: str, label: str, longest: int) -> Field:
    def read(text: str, today: dt.date) -> str:
        found = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
        if len(found) > longest:
            raise Invalid(f"{label}最多{longest}个字。", field=name)
        return found

    return Field(name, label, read)


def _phone(name: str, label: str) -> Field:
    return Field(name, label, lambda text, today: read_phone(text, name))


def _coded(name: str, label: str, words: type[Word]) -> Field:
    shown = dict(words.choices())
    values = {label: value for value, label in shown.items()}

    def read(text: str, today: dt.date) -> str:
        found = values.get(text.strip(), text.strip())
        if found and found not in shown:
            raise Invalid(f"{label}只能是：{'、'.join(values)}。", field=name)
        return found

    return Field(name, label, read, shown=shown)


def _yes_no(name: str, label: str) -> Field:
    def read(text: str, today: dt.date) -> str:
        if text.strip() not in {"0", "1", "是", "否", ""}:
            raise Invalid(f"{label}只能是“是”或“否”。", field=name)
        return {"是": "1", "否": "0"}.get(text.strip(), text.strip())

    return Field(name, label, read, lambda text: text == "1", {"1": "是", "0": "否"})


def _read_birth(text: str, today: dt.date) -> str:
    found = unicodedata.normalize("NFKC", text).strip().replace("/", "-").replace(".", "-")
    if not found:
        return ""
    try:
        born = dt.datetime.strptime(found, "%Y%m%d" if found.isdigit() else "%Y-%m-%d").date()
    except ValueError:
        raise Invalid("出生日期应写成1980-05-12或19800512。", field="birth_date") from None
    if not dt.date(_EARLIEST, 1, 1) <= born <= today:
        raise Invalid("出生日期不可能，请核对。", field="birth_date")
    return born.isoformat()


def _read_area(text: str, today: dt.date) -> str:
    found = unicodedata.normalize("NFKC", text).strip()
    if not found:
        return ""
    try:
        area = Decimal(found).quantize(Decimal("0.01"))
    except InvalidOperation:
        raise Invalid("建筑面积应是平方米数，例如89.5。", field="floor_area") from None
    if not 0 < area <= _LARGEST:
        raise Invalid("建筑面积应大于0。", field="floor_area")
    return str(area)


def _read_staff(text: str, today: dt.date) -> str:
    found = unicodedata.normalize("NFKC", text).strip()
    if found and not (found.isdigit() and int(found) <= _MOST_STAFF):
        raise Invalid("从业人数应是整数；不清楚的留空，不写约数。", field="staff_count")
    return str(int(found)) if found else ""


def _read_book(text: str, today: dt.date) -> str:
    found = unicodedata.normalize("NFKC", text).strip()
    if found and not re.fullmatch(r"[0-9]{1,9}", found):
        raise Invalid("户号是户口簿上的号码，最多9位数字。", field="book_number")
    return found


def _read_credit(text: str, today: dt.date) -> str:
    return parse_credit_code(text) if text.strip() else ""


def _read_document(text: str, today: dt.date) -> str:
    """Only the form; a citizen number is checked together with its kind (rules.documents)."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def _optional(column: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda text: column(text) if text else None


_RESIDENT = (
    _plain("name", "姓名", 60),
    _plain("former_name", "曾用名", 60),
    _coded("sex", "性别", Sex),
    Field("birth_date", "出生日期", _read_birth, _optional(dt.date.fromisoformat)),
    _coded("document_kind", "证件类型", DocumentKind),
    Field("document_number", "证件号码", _read_document),
    _phone("phone", "联系电话"),
    _phone("second_phone", "备用电话"),
    _plain("registered_place", "户籍地详址", 200),
)
_HOUSEHOLD = (
    Field("book_number", "户号", _read_book),
    _coded("kind", "户类型", HouseholdKind),
)
_DWELLING = (
    _plain("door", "门牌", 120),
    _coded("building_use", "建筑用途", BuildingUse),
    Field("floor_area", "建筑面积", _read_area, _optional(Decimal)),
    _yes_no("is_rented", "出租"),
    _plain("owner_name", "房主姓名", 60),
    _phone("owner_phone", "房主电话"),
)
_PREMISES = (
    _plain("name", "单位名称", 120),
    _coded("kind", "类别", PremisesKind),
    Field("uscc", "统一社会信用代码", _read_credit),
    _plain("door", "门牌", 120),
    _plain("contact_name", "负责人", 60),
    _phone("contact_phone", "负责人电话"),
    Field("staff_count", "从业人数", _read_staff, _optional(int)),
)
FIELDS: Mapping[RecordKind, Mapping[str, Field]] = {
    kind: {field.name: field for field in fields}
    for kind, fields in (
        (RecordKind.RESIDENT, _RESIDENT),
        (RecordKind.HOUSEHOLD, _HOUSEHOLD),
        (RecordKind.DWELLING, _DWELLING),
        (RecordKind.PREMISES, _PREMISES),
    )
}
# These must never become empty.
NEEDED = frozenset({"name", "door"})


def as_text(value: Any) -> str:
    """What a column holds as the text it is compared by."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
