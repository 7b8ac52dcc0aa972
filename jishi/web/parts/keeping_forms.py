"""What is filled in to enter a component, to put it right, to take it down."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.organizations.queries import dispatchable
from jishi.parts.queries import ComponentDetail, bodies_by_name, subclasses
from jishi.parts.rules.given import MAX_BODY, MAX_NAME, MAX_PLACE, MAX_REASON, ROLES, Body, Given
from jishi.parts.rules.inspections import Condition
from jishi.territory.queries import UnitRow, children, full_name, locate, unit
from jishi.web.forms import PageForm
from jishi.web.matters.fields import IdField, LastOfSeveral

BROKEN = _("请从列出的选项中选择")
PLACED = _("位置不对，请重新定位或点选")
SMALLEST = 2  # the depth of a community


def line(label: Any, longest: int) -> forms.CharField:
    words = {"max_length": _("最多%(limit_value)d个字")}
    return forms.CharField(label=label, max_length=longest, required=False, error_messages=words)


def inspected_units(viewer: Viewer) -> list[tuple[int, str]]:
    """The grids the viewer inspects, and communities without grids, with their names."""
    found: dict[int, str] = {}
    for grant in viewer.having(Permission.INSPECT_PARTS):
        own = unit(grant.unit_id)
        if own is not None:
            found |= {each.id: full_name(each) for each in _smallest(own)}
    return sorted(found.items(), key=lambda pair: pair[1])


def _smallest(own: UnitRow) -> list[UnitRow]:
    below = children(own.id)
    if not below:
        return [own] if own.depth >= SMALLEST else []
    return [each for one in below for each in _smallest(one)]


class ComponentForm(PageForm):
    """What is known of a component. A body is one of the county's by its name, or only that name."""

    name = line(_("名称"), MAX_NAME)
    unit_id = IdField(label=_("所在网格或社区"), required=False, widget=LastOfSeveral)
    place = line(_("位置"), MAX_PLACE)
    longitude = forms.FloatField(label=_("地图上的位置"), required=False, error_messages={"invalid": PLACED})
    latitude = forms.FloatField(label=_("纬度"), required=False, error_messages={"invalid": PLACED})
    keeper = line(ROLES["keeper"], MAX_BODY)
    authority = line(ROLES["authority"], MAX_BODY)
    owner = line(ROLES["owner"], MAX_BODY)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "part_%s"} | options))

    @property
    def bodies(self) -> list[str]:
        """The names to choose from."""
        return [body.name for body in dispatchable()]

    @property
    def point(self) -> tuple[float, float] | None:
        """The point that was given; only after ``is_valid()``."""
        longitude, latitude = self.cleaned_data["longitude"], self.cleaned_data["latitude"]
        return (longitude, latitude) if longitude is not None and latitude is not None else None

    def clean(self) -> dict[str, Any]:
        """Where no unit is chosen the point decides."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("unit_id") is None and not self.errors:
            longitude, latitude = given.get("longitude"), given.get("latitude")
            here = locate(longitude, latitude) if longitude is not None and latitude is not None else None
            if here is None or here.depth < SMALLEST:
                self.add_error("unit_id", str(_("请选择所在网格或社区，或在地图上标出位置")))
            else:
                given["unit_id"] = here.id
        return given

    def given(self, before: ComponentDetail | None = None) -> Given:
        """What was filled in; only after ``is_valid()``. A name that was there before means the body it meant."""
        known, said = bodies_by_name(), self.cleaned_data
        if before is not None:
            known |= {body.name: body for body in (getattr(before, role) for role in ROLES) if body.organization_id}
        bodies: dict[str, Any] = {role: known.get(said[role]) or Body(name=said[role]) for role in ROLES}
        code = before.row.code if before is not None else ""
        facts = {name: said[name] for name in ("unit_id", "name", "place", "longitude", "latitude")}
        return Given(code=code, **facts, **bodies)


class NewComponentForm(ComponentForm):
    """One that is missing in the register. ``another`` says that it is not the one standing right beside it."""

    subclass_code = forms.ChoiceField(
        label=_("小类"), error_messages={"required": _("请选择小类"), "invalid_choice": BROKEN}
    )
    another = forms.BooleanField(label=_("看过了，这是另一个"), required=False)

    def __init__(self, viewer: Viewer, *args: Any, **options: Any) -> None:
        self.manages = viewer.may(Permission.MANAGE_PLACE)
        self.grids = [] if self.manages else inspected_units(viewer)
        if len(self.grids) == 1:
            options["initial"] = {"unit_id": self.grids[0][0]} | options.get("initial", {})
        super().__init__(*args, **options)
        groups: dict[str, list[tuple[str, str]]] = {}
        for kind in subclasses():
            groups.setdefault(kind.class_name, []).append((kind.code, kind.name))
        self.fields["subclass_code"].choices = list(groups.items())  # type: ignore[attr-defined]


def known_of(found: ComponentDetail) -> dict[str, Any]:
    """A component as first values of its form."""
    row = found.row
    facts = {name: getattr(row, name) for name in ("name", "unit_id", "place", "longitude", "latitude")}
    return facts | {role: getattr(found, role).name for role in ROLES}


class ReasonForm(PageForm):
    """Why a component is taken down."""

    reason = forms.CharField(
        label=_("原因"),
        max_length=MAX_REASON,
        error_messages={"required": _("请写明原因"), "max_length": _("最多%(limit_value)d个字")},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "retire_%s"} | options))


class ConditionForm(ReasonForm):
    """How it really stands, and how the register came to say something else."""

    condition = forms.ChoiceField(
        label=_("实际状况"),
        choices=[(each.value, each.label) for each in Condition],
        error_messages={"required": _("请选择实际状况"), "invalid_choice": BROKEN},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **({"auto_id": "condition_%s"} | options))
