"""What is filled in at a door, and on the pages of the register."""

import re
from typing import Any

from django import forms

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, Invalid
from jishi.registers.rules.entries import HouseholdEntry, Origin, PersonEntry, read_person
from jishi.registers.rules.vocabulary import (
    DocumentKind,
    EndReason,
    HouseholdKind,
    PremisesKind,
    Purpose,
    Relation,
    Sex,
    Source,
    StayKind,
)
from jishi.territory.queries import children, full_name, unit
from jishi.web.forms import PageForm
from jishi.web.matters.fields import IdField

BROKEN = "请从列出的选项中选择"
_ROW = re.compile(r"people-([0-9]{1,4})-name")
# How somebody lives here, as it is said at a door, and the ties it stands for.
LIVES = {
    "here": ("户籍在此并常住", (StayKind.REGISTERED, StayKind.USUAL)),
    "usual": ("常住，户籍在别处", (StayKind.USUAL,)),
    "rented": ("租住", (StayKind.RENTED,)),
    "lodging": ("借住", (StayKind.LODGING,)),
    "dormitory": ("住集体宿舍", (StayKind.DORMITORY,)),
    "away": ("户籍在此，人在外", (StayKind.REGISTERED,)),
}
LEAVES = (EndReason.MOVED, EndReason.DECEASED, EndReason.MISTAKEN)
# What a person at a door can honestly name; the other sources come with their files.
SAID_AT_A_DOOR = (Source.DOOR, Source.SELF, Source.DOCUMENT)


def text(label: str, longest: int, *, required: bool = False) -> forms.CharField:
    words = {"required": f"请填写{label}", "max_length": f"最多{longest}个字"}
    return forms.CharField(label=label, max_length=longest, required=required, error_messages=words)


def choice(label: str, choices: list[tuple[str, str]], *, required: bool = True, initial: str = "") -> Any:
    words = {"required": f"请选择{label}", "invalid_choice": BROKEN}
    return forms.ChoiceField(label=label, choices=choices, required=required, initial=initial, error_messages=words)


def grids_of(viewer: Viewer) -> list[tuple[int, str]]:
    """The grids in which the person keeps the register, for a list to choose from; communities without grids too."""
    found: dict[int, str] = {}
    for grant in viewer.having(Permission.KEEP_REGISTER):
        own = unit(grant.unit_id)
        if own is None:
            continue
        below = [each for each in children(own.id) if each.depth == own.depth + 1] if own.depth < 3 else []
        for each in below or [own]:
            found[each.id] = full_name(each)
    return sorted(found.items(), key=lambda pair: pair[1])


class HomeForm(PageForm):
    """Which grid, which door, and what the house is like."""

    unit_id = IdField(label="所在网格", error_messages={"required": "请选择所在网格"})
    door = text("门牌", 120, required=True)
    is_rented = forms.BooleanField(label="这是出租房", required=False)
    floor_area = text("建筑面积（平方米）", 12)
    owner_name = text("房主姓名", 60)
    owner_phone = text("房主电话", 30)

    def __init__(self, viewer: Viewer, data: Any = None, initial: dict[str, Any] | None = None) -> None:
        self.grids = grids_of(viewer)
        first = {"unit_id": self.grids[0][0] if self.grids else ""}
        super().__init__(data, auto_id="home_%s", initial=first | (initial or {}))

    @property
    def home(self) -> dict[str, str]:
        """The facts of the house; only after ``is_valid()``."""
        given = self.cleaned_data
        said = {name: given[name] for name in ("door", "floor_area", "owner_name", "owner_phone")}
        return said | {"is_rented": "1" if given["is_rented"] else "0"}

    @property
    def place(self) -> HouseholdEntry:
        """The home alone, for a household that moves."""
        return HouseholdEntry(self.cleaned_data["unit_id"], (), self.home)


class MoveForm(HomeForm):
    stay = choice("在新住处", [(kind.value, kind.label) for kind in StayKind if kind is not StayKind.REGISTERED])


class HouseholdForm(HomeForm):
    """The home with what belongs to the household as a whole."""

    kind = choice("户类型", HouseholdKind.choices(), initial=HouseholdKind.FAMILY.value)
    book_number = text("户号（户口簿）", 9)

    def entry(self, people: list[PersonEntry]) -> HouseholdEntry:
        given = self.cleaned_data
        kind = HouseholdKind(given["kind"])
        return HouseholdEntry(given["unit_id"], people, self.home, book_number=given["book_number"], kind=kind)


class PersonForm(PageForm):
    """One person. A citizen number tells birth date and sex, so a name, a relation and a number are enough."""

    name = text("姓名", 60, required=True)
    relation = choice("与户主关系", Relation.choices(), initial=Relation.HEAD.value)
    document_number = text("证件号码", 40)
    phone = text("联系电话", 30)
    lives = choice("居住情况", [(key, label) for key, (label, _) in LIVES.items()], initial="here")
    document_kind = choice("证件类型", DocumentKind.choices(), initial=DocumentKind.CITIZEN.value)
    sex = choice("性别", Sex.choices(), initial=Sex.UNKNOWN.value)
    birth_date = text("出生日期", 12)
    former_name = text("曾用名", 60)
    second_phone = text("备用电话", 30)
    registered_place = text("户籍地详址", 200)
    moves = forms.BooleanField(label="从原户转入", required=False)

    VALUES = (
        "name",
        "document_kind",
        "document_number",
        "sex",
        "birth_date",
        "phone",
        "second_phone",
        "former_name",
        "registered_place",
    )

    def entry(self, today: Any) -> PersonEntry:
        """The person as typed; raises Invalid. Only after ``is_valid()``."""
        given = self.cleaned_data
        values = {name: given[name] for name in self.VALUES}
        if not values["document_number"]:
            del values["document_kind"]
        stays = LIVES[given["lives"]][1]
        return read_person(PersonEntry(values, Relation(given["relation"]), stays, given["moves"]), today)

    @property
    def is_blank(self) -> bool:
        """Nothing was typed in this row: it was only added."""
        typed = ("name", "document_number", "phone", "birth_date")
        return not any((self.data.get(self.add_prefix(name)) or "").strip() for name in typed)

    @property
    def has_more(self) -> bool:
        """Whether something below the fold is filled in or wrong, so that it must be seen."""
        rare = ("birth_date", "former_name", "second_phone", "registered_place")
        return any(self[name].errors or self[name].value() for name in rare) or bool(self["sex"].errors)


def new_row(index: int) -> PersonForm:
    """An empty row; the first is usually the head."""
    relation = Relation.HEAD if index == 0 else Relation.SPOUSE
    return PersonForm(prefix=f"people-{index}", auto_id="%s", initial={"relation": relation.value})


def rows_of(data: Any) -> list[PersonForm]:
    """The rows that were sent, in their order; those in which nothing was typed are left out, but never all."""
    sent = sorted({int(found[1]) for name in data if (found := _ROW.fullmatch(name))})
    rows = [PersonForm(data, prefix=f"people-{index}", auto_id="%s") for index in sent[:40]]
    return [row for row in rows if not row.is_blank] or rows[:1] or [new_row(0)]


def as_typed(form: PageForm) -> dict[str, Any]:
    """What a form holds, as the first content of one that is not judged yet."""
    return {name: form[name].value() for name in form.fields}


def blame_row(rows: list[PersonForm], error: DomainError) -> bool:
    """Put an error of ``people.2.phone`` at the phone of the third row; False if it belongs to none."""
    parts = (error.field or "").split(".")
    if parts[0] != "people" or len(parts) < 2 or not parts[1].isdigit() or int(parts[1]) >= len(rows):
        return False
    named = Invalid(error.message, field=".".join(parts[2:]) or None)
    rows[int(parts[1])].blame(named)
    return True


class SourceForm(PageForm):
    """Where what is written here comes from."""

    source = choice("来源", [(source.value, source.label) for source in SAID_AT_A_DOOR], initial=Source.DOOR.value)
    source_note = text("来源说明", 120)

    @property
    def origin(self) -> Origin:
        return Origin(Source(self.cleaned_data["source"]), self.cleaned_data["source_note"])


class DecideForm(PageForm):
    accept = choice("采用哪一个", [("1", "采用新的"), ("0", "保留原来的")])
    reason = text("依据", 200, required=True)


class RevealForm(PageForm):
    field = text("查看哪一项", 30, required=True)
    purpose = choice("用途", Purpose.choices())
    note = text("说明", 100)


class EndForm(PageForm):
    reason = choice("原因", EndReason.choices())


class LeaveForm(PageForm):
    resident_id = IdField(label="人员", error_messages={"required": BROKEN})
    reason = choice("原因", [(reason.value, reason.label) for reason in LEAVES])


class HeadForm(PageForm):
    resident_id = IdField(label="新户主", error_messages={"required": "请选择新户主"})
    former = choice("原户主是新户主的", [(each.value, each.label) for each in Relation if each is not Relation.HEAD])


class PremisesForm(PageForm):
    unit_id = IdField(label="所在网格", error_messages={"required": "请选择所在网格"})
    name = text("单位名称", 120, required=True)
    kind = choice("类别", PremisesKind.choices())
    door = text("门牌", 120, required=True)
    uscc = text("统一社会信用代码", 30)
    contact_name = text("负责人", 60)
    contact_phone = text("负责人电话", 30)
    staff_count = text("从业人数", 9)

    def __init__(self, viewer: Viewer, data: Any = None) -> None:
        self.grids = grids_of(viewer)
        super().__init__(data, auto_id="premises_%s", initial={"unit_id": self.grids[0][0] if self.grids else ""})
