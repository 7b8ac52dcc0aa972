"""The forms of an address: one more below another, another name, who holds a post there, its end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.addresses.queries import AddressRow
from jishi.addresses.rules.levels import Level, below
from jishi.addresses.rules.naming import MAX_NAME, AliasKind
from jishi.addresses.rules.posts import MAX_HOLDER, MAX_PHONE, BuildingPost
from jishi.web.forms import PageForm

_TOO_LONG = {"max_length": _("最多%(limit_value)s个字")}


class AddForm(PageForm):
    """One more address below ``above``, or at the top of a unit."""

    level = forms.ChoiceField(
        label=_("层级"), error_messages={"required": _("请选择层级"), "invalid_choice": _("请从列出的选项中选择")}
    )
    name = forms.CharField(
        label=_("名称"), max_length=MAX_NAME, error_messages={"required": _("请写明名称"), **_TOO_LONG}
    )
    longitude = forms.FloatField(label=_("经度"), required=False, error_messages={"invalid": _("经度应为数字")})
    latitude = forms.FloatField(label=_("纬度"), required=False, error_messages={"invalid": _("纬度应为数字")})

    def __init__(self, *args: Any, above: AddressRow | None, levels: tuple[Level, ...] | None = None, **named: Any):
        super().__init__(*args, **named)
        offered = levels if levels is not None else below(above.level if above is not None else None)
        self.fields["level"].choices = [(level.value, level.label) for level in offered]  # type: ignore[attr-defined]


class ChangeForm(PageForm):
    name = forms.CharField(
        label=_("名称"), max_length=MAX_NAME, error_messages={"required": _("请写明名称"), **_TOO_LONG}
    )
    keep_former = forms.BooleanField(label=_("原名称仍可查到（列为曾用名）"), required=False, initial=True)
    longitude = forms.FloatField(label=_("经度"), required=False, error_messages={"invalid": _("经度应为数字")})
    latitude = forms.FloatField(label=_("纬度"), required=False, error_messages={"invalid": _("纬度应为数字")})

    def point(self) -> tuple[float, float] | None:
        """The point, if both numbers were given; only after ``is_valid``."""
        longitude, latitude = self.cleaned_data["longitude"], self.cleaned_data["latitude"]
        return None if longitude is None or latitude is None else (longitude, latitude)


class NameForm(PageForm):
    name = forms.CharField(
        label=_("别名"), max_length=MAX_NAME, error_messages={"required": _("请写明别名"), **_TOO_LONG}
    )
    kind = forms.ChoiceField(label=_("类别"), choices=[(kind.value, kind.label) for kind in reversed(AliasKind)])


class PostForm(PageForm):
    post = forms.ChoiceField(label=_("担任岗位"), choices=[(post.value, post.label) for post in BuildingPost])
    name = forms.CharField(
        label=_("姓名"), max_length=MAX_HOLDER, error_messages={"required": _("请写明任职人的姓名"), **_TOO_LONG}
    )
    phone = forms.CharField(label=_("电话"), max_length=MAX_PHONE, required=False, error_messages=_TOO_LONG)
    agreed = forms.BooleanField(
        label=_("本人知道并同意：姓名、电话给这里的网格员和社区工作者看，用于联系"),
        error_messages={"required": _("要先征得本人同意，才能登记")},
    )


class CancelForm(PageForm):
    reason = forms.CharField(
        label=_("注销原因"), max_length=200, error_messages={"required": _("请写明注销的原因"), **_TOO_LONG}
    )
