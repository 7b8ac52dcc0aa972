"""What an administrator fills in about people."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from jishi.accounts.actions import hashed
from jishi.accounts.rules.passwords import Hashed
from jishi.accounts.rules.roles import OFFICE_ROLES, Role
from jishi.kernel.errors import Invalid
from jishi.organizations.queries import dispatchable
from jishi.territory.queries import tree
from jishi.web.forms import PageForm

BIGGEST = 2**62


class NewPasswordField(forms.CharField):
    """A password hashed while the form is read: inside the transaction every other writer would wait for it."""

    def clean(self, value: Any) -> Hashed:
        try:
            return hashed(super().clean(value))
        except Invalid as error:
            raise ValidationError(error.message) from error


class PersonForm(PageForm):
    username = forms.CharField(label=_("用户名"), max_length=60, error_messages={"required": _("请填写用户名")})
    name = forms.CharField(label=_("姓名"), max_length=60, error_messages={"required": _("请填写姓名")})
    phone = forms.CharField(label=_("电话"), max_length=20, required=False)
    email = forms.EmailField(label=_("邮箱"), required=False, error_messages={"invalid": _("邮箱格式不对")})
    password = NewPasswordField(label=_("初始密码"), max_length=128, error_messages={"required": _("请设置初始密码")})


class ChangeForm(PageForm):
    name = PersonForm.base_fields["name"]
    phone = PersonForm.base_fields["phone"]
    email = PersonForm.base_fields["email"]


class PasswordForm(PageForm):
    password = NewPasswordField(label=_("新密码"), max_length=128, error_messages={"required": _("请填写新密码")})


class PostingForm(PageForm):
    role = forms.ChoiceField(
        label=_("角色"),
        choices=[(role.value, role.label) for role in Role],
        error_messages={"required": _("请选择角色")},
    )
    unit_id = forms.IntegerField(label=_("负责的单元"), required=False, min_value=1, max_value=BIGGEST)
    organization_id = forms.IntegerField(label=_("所在单位"), required=False, min_value=1, max_value=BIGGEST)
    valid_from = forms.DateField(label=_("起始日"), required=False, error_messages={"invalid": _("日期格式不对")})

    def units(self) -> list[tuple[int, str]]:
        """All units of today, named with what they lie in."""
        found = tree()
        return [
            (unit.id, " / ".join(found.by_id[above].name for above in unit.line))
            for unit in sorted(found.by_id.values(), key=lambda unit: unit.code)
        ]

    def organizations(self) -> list[tuple[int, str]]:
        return [(body.id, body.name) for body in dispatchable()]

    def clean(self) -> dict[str, Any]:
        """An office role takes its unit from its organisation; an area role has no organisation."""
        given = super().clean() or self.cleaned_data
        role = given.get("role")
        if role in OFFICE_ROLES:
            if not given.get("organization_id"):
                self.add_error("organization_id", _("这个角色要选择所在单位"))
        elif role and not given.get("unit_id"):
            self.add_error("unit_id", _("这个角色要选择负责的单元"))
        return given


class TokenForm(PageForm):
    name = forms.CharField(label=_("用途"), max_length=80, error_messages={"required": _("请写明用途")})
    expires_at = forms.DateField(label=_("到期日"), required=False, error_messages={"invalid": _("日期格式不对")})
