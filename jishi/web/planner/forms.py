"""What is filled in about a plan: what it aims at, which buildings go where, a name, a reason."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from jishi.kernel.errors import Invalid
from jishi.planning.rules.standard import MOST_HOUSEHOLDS, MOST_PEOPLE, Standard
from jishi.planning.rules.vocabulary import Mode
from jishi.web.forms import PageForm

APART = "new"  # as the aim of a move: a grid of its own
LONGEST_NUMBER = 9  # digits of what is read from an address or a form


def _whole(label: Any, most: int, required: Any) -> forms.IntegerField:
    said = _("请填写1到%(most)s之间的整数") % {"most": most}
    errors = {"required": required, "invalid": said, "min_value": said, "max_value": said}
    return forms.IntegerField(label=label, min_value=1, max_value=most, error_messages=errors)


class AskForm(PageForm):
    mode = forms.ChoiceField(
        label=_("怎样划"),
        choices=Mode.choices(),
        error_messages={"required": _("请选择怎样划"), "invalid_choice": _("请从列出的选项中选择")},
    )
    households = _whole(_("每格户数"), MOST_HOUSEHOLDS, _("请填写每格户数"))
    people = _whole(_("每格人数"), MOST_PEOPLE, _("请填写每格人数"))
    tolerance = _whole(_("容许偏差（%）"), 99, _("请填写容许偏差"))

    def given(self) -> tuple[Mode, Standard]:
        said = self.cleaned_data
        return Mode(said["mode"]), Standard(said["households"], said["people"], said["tolerance"])


def number_of(text: str) -> int | None:
    """A number from 0, None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def version_of(said: QueryDict) -> int:
    """The version of the plan the person was looking at."""
    found = number_of(said.get("version", ""))
    if found is None:
        raise Invalid("页面不完整，请刷新后重试")
    return found


def blocks_of(said: QueryDict) -> list[int]:
    """The chosen buildings, each once, in order."""
    return sorted({number for text in said.getlist("blocks") if (number := number_of(text)) is not None})


def aim_of(said: QueryDict) -> int | None:
    """The grid to move to, None for a grid of its own."""
    to = said.get("to", "")
    if to == APART:
        return None
    found = number_of(to)
    if found is None:
        raise Invalid("请选择移到哪个网格。", field="to")
    return found


def grid_of(said: QueryDict) -> int:
    """The grid of the plan a name or a reason is for."""
    found = number_of(said.get("grid", ""))
    if found is None:
        raise Invalid("页面不完整，请刷新后重试")
    return found
