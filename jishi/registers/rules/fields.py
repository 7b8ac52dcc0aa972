"""The dictionary of fields: what each is for, whose word counts for it, how closely it is kept, how it is read.

A field nobody can name a purpose for cannot be made, and what has no line here has no column either. How long a value
is taken for true is the place's to say, for each kind of record (rules.verification).

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
from jishi.registers.rules.names import one_dot
from jishi.registers.rules.phones import read_phone
from jishi.registers.rules.vocabulary import (
    BuildingUse,
    DocumentKind,
    HouseholdKind,
    PremisesKind,
    RecordKind,
    Sensitivity,
    Sex,
    Source,
    Word,
)

_EARLIEST = 1850
_LARGEST = Decimal("999999.99")
_MOST_STAFF = 1_000_000
LONGEST_DOOR = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One item of a record.

    ``purpose`` says to residents why it is asked; ``truth`` is the one source whose word counts where sources
    disagree, though a person decides; ``read`` makes what was typed canonical or raises Invalid; ``shown`` are the
    words of a coded value. Raises ValueError without a name, a label or a purpose.
    """

    name: str
    label: str
    purpose: str
    truth: Source
    sensitivity: Sensitivity
    read: Callable[[str, dt.date], str]
    column: Callable[[str], Any] = str
    shown: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        for told in ("name", "label", "purpose"):
            if not getattr(self, told).strip():
                raise ValueError(f"field {self.name!r} has no {told}")

    def words(self, value: str) -> str:
        return self.shown.get(value, value) if self.shown is not None else value


PLAIN, PERSONAL, GUARDED = Sensitivity.PLAIN, Sensitivity.PERSONAL, Sensitivity.GUARDED
Read = Callable[[str, dt.date], str]


def _plain(name: str, label: str, longest: int) -> Read:
    def read(text: str, today: dt.date) -> str:
        found = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
        if len(found) > longest:
            raise Invalid(f"{label}最多{longest}个字。", field=name)
        return found

    return read


def _text(name: str, label: str, longest: int, purpose: str, truth: Source, sensitivity: Sensitivity) -> Field:
    read = _plain(name, label, longest)
    return Field(name=name, label=label, purpose=purpose, truth=truth, sensitivity=sensitivity, read=read)


def _person_name(name: str, label: str, purpose: str) -> Field:
    plain = _plain(name, label, 60)

    def read(text: str, today: dt.date) -> str:
        return one_dot(plain(text, today))

    return Field(name=name, label=label, purpose=purpose, truth=Source.POLICE, sensitivity=PERSONAL, read=read)


def _phone(name: str, label: str, purpose: str) -> Field:
    def read(text: str, today: dt.date) -> str:
        return read_phone(text, name)

    return Field(name=name, label=label, purpose=purpose, truth=Source.SELF, sensitivity=GUARDED, read=read)


def _coded(name: str, label: str, words: type[Word], purpose: str, truth: Source, sensitivity: Sensitivity) -> Field:
    shown = dict(words.choices())
    values = {label: value for value, label in shown.items()}

    def read(text: str, today: dt.date) -> str:
        found = values.get(text.strip(), text.strip())
        if found and found not in shown:
            raise Invalid(f"{label}只能是：{'、'.join(values)}。", field=name)
        return found

    return Field(name=name, label=label, purpose=purpose, truth=truth, sensitivity=sensitivity, read=read, shown=shown)


def _yes_no(name: str, label: str, purpose: str, truth: Source) -> Field:
    def read(text: str, today: dt.date) -> str:
        if text.strip() not in {"0", "1", "是", "否", ""}:
            raise Invalid(f"{label}只能是“是”或“否”。", field=name)
        return {"是": "1", "否": "0"}.get(text.strip(), text.strip())

    return Field(
        name=name, label=label, purpose=purpose, truth=truth, sensitivity=PLAIN, read=read,
        column=lambda text: text == "1", shown={"1": "是", "0": "否"},
    )  # fmt: skip


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
    _person_name("name", "姓名", "认人、称呼"),
    _person_name("former_name", "曾用名", "与旧证件、旧名册对上同一个人"),
    _coded("sex", "性别", Sex, "与证件核对", Source.POLICE, PERSONAL),
    Field(
        name="birth_date",
        label="出生日期",
        purpose="与证件核对；到龄的服务（入学、高龄津贴）及时告知",
        truth=Source.POLICE,
        sensitivity=PERSONAL,
        read=_read_birth,
        column=_optional(dt.date.fromisoformat),
    ),
    _coded("document_kind", "证件类型", DocumentKind, "说明号码是哪种证件的", Source.POLICE, PERSONAL),
    Field(
        name="document_number",
        label="证件号码",
        purpose="区分同名的人，避免一人登记两次",
        truth=Source.POLICE,
        sensitivity=GUARDED,
        read=_read_document,
    ),
    _phone("phone", "联系电话", "上门前联系、回复反映的事项、紧急时通知"),
    _phone("second_phone", "备用电话", "联系不上本人时使用"),
    _text("registered_place", "户籍地详址", 200, "户口不在本地的，办事时知道应由哪里办", Source.POLICE, PERSONAL),
)
_HOUSEHOLD = (
    Field(
        name="book_number",
        label="户号",
        purpose="与户口簿对上同一户",
        truth=Source.POLICE,
        sensitivity=PERSONAL,
        read=_read_book,
    ),
    _coded("kind", "户类型", HouseholdKind, "区分家庭和集体宿舍，确定怎样联系", Source.POLICE, PLAIN),
)
_DWELLING = (
    _text("door", "门牌", LONGEST_DOOR, "找得到门；事项、部件与住处对上", Source.DOOR, PLAIN),
    _coded("building_use", "建筑用途", BuildingUse, "住人的房屋才登记住户", Source.HOUSING, PLAIN),
    Field(
        name="floor_area",
        label="建筑面积",
        purpose="业主共同决定事项时计算面积",
        truth=Source.HOUSING,
        sensitivity=PLAIN,
        read=_read_area,
        column=_optional(Decimal),
    ),
    _yes_no("is_rented", "出租", "出租房住户变动多，确定多久核实一次", Source.DOOR),
    _text("owner_name", "房主姓名", 60, "房屋漏水、安全等事项联系房主", Source.HOUSING, PERSONAL),
    _phone("owner_phone", "房主电话", "房屋漏水、安全等事项联系房主"),
)
_PREMISES = (
    _text("name", "单位名称", 120, "认单位", Source.MARKET, PLAIN),
    _coded("kind", "类别", PremisesKind, "确定由哪个部门联系", Source.MARKET, PLAIN),
    Field(
        name="uscc", label="统一社会信用代码", purpose="区分同名的单位", truth=Source.MARKET, sensitivity=PLAIN,
        read=_read_credit,
    ),
    _text("door", "门牌", LONGEST_DOOR, "找得到门；事项与场所对上", Source.DOOR, PLAIN),
    _text("contact_name", "负责人", 60, "上门、办事时联系", Source.SELF, PERSONAL),
    _phone("contact_phone", "负责人电话", "上门、办事、紧急时联系"),
    Field(
        name="staff_count", label="从业人数", purpose="应急疏散时知道大约有多少人", truth=Source.SELF,
        sensitivity=PLAIN, read=_read_staff, column=_optional(int),
    ),
)  # fmt: skip
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
