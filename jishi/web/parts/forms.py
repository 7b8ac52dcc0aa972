"""What is filled in about a component: how a list is narrowed, what a fault is."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.parts.queries import Filter, subclasses
from jishi.parts.rules.given import MAX_NOTE
from jishi.parts.rules.inspections import Standing
from jishi.territory.queries import UnitRow, children, unit
from jishi.web.forms import PageForm
from jishi.web.matters.choices import category_choices
from jishi.web.matters.fields import PhotosField

ASKED = ("q", "kind", "unit", "standing")  # what an address of the list says
SMALLEST_LISTED = 2  # depth: a county has hundreds of communities, and thousands of grids


def filter_of(asked: QueryDict) -> Filter:
    """The list asked for in an address; what makes no sense there is passed over."""
    kind, where = asked.get("kind", ""), asked.get("unit", "")
    digits = kind if kind.isascii() and kind.isdigit() else ""
    unit_id = int(where) if where.isascii() and where.isdigit() and len(where) < 19 else None
    standing = asked.get("standing", "")
    return Filter(
        class_code=digits if len(digits) == 2 else "",
        subclass_code=digits if len(digits) == 4 else "",
        unit_id=unit_id if unit_id is not None and unit(unit_id) is not None else None,
        standing=Standing(standing) if standing in set(Standing) else None,
        search=asked.get("q", "").replace("\x00", "").strip()[:60],
    )


def kind_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Classes with their sub-classes; the first choice of each is the whole class."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in subclasses():
        whole = [(kind.class_code, f"{kind.class_name}（全部）")]
        groups.setdefault(kind.class_name, whole).append((kind.code, kind.name))
    return list(groups.items())


def unit_choices(viewer: Viewer, chosen: int | None = None) -> list[tuple[str, str]]:
    """The units in the viewer's areas down to the community, the grids of the own community, and all that lies in the
    community of the unit that is ``chosen``."""
    found: dict[int, tuple[str, str]] = {}
    here = unit(chosen) if chosen is not None else None
    for grant in viewer.having(Permission.READ_PARTS):
        top = unit(grant.unit_id)
        if top is not None:
            _offer(top, top.depth, set(here.line) if here is not None else set(), found)
    return list(found.values())


def _offer(one: UnitRow, top: int, opened: set[int], found: dict[int, tuple[str, str]]) -> None:
    if one.depth > max(SMALLEST_LISTED, top + 1) and one.parent_id not in opened:
        return
    found[one.id] = (str(one.id), f"{'　' * (one.depth - top)}{one.name}")
    for child in children(one.id):
        _offer(child, top, opened, found)


class FaultForm(PageForm):
    """Words are needed; the class of the matter is offered and may be left to the dispatcher."""

    note = forms.CharField(
        label=_("故障情况"),
        max_length=MAX_NOTE,
        widget=forms.Textarea,
        error_messages={"required": _("请写明故障情况"), "max_length": _("最多500个字")},
    )
    photos = PhotosField(label=_("照片"), required=False)
    category_code = forms.ChoiceField(
        label=_("类别"), required=False, error_messages={"invalid_choice": _("请从列出的选项中选择")}
    )
    urgent = forms.BooleanField(label=_("紧急：危及人身或公共安全，须马上处理"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "fault_%s"} | options))
        self.fields["category_code"].choices = [("", gettext("暂不分类")), *category_choices()]  # type: ignore[attr-defined]
