"""What a resident fills in: one page to report, a few taps to rate, a few words to ask for more."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from jishi.matters.rules.given import PhotoFile, Report
from jishi.matters.rules.reports import MAX_TEXT
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.queries import children, county, level_name
from jishi.web.forms import PageForm


def community_choices() -> list[tuple[str, list[tuple[int, str]]]]:
    """Communities grouped by town, for the select: [(town, [(unit id, community)])]."""
    return [
        (town.name, [(community.id, community.name) for community in children(town.id)])
        for town in children(county().id)
    ]


class ReportForm(PageForm):
    text = forms.CharField(label=_("是什么事"), max_length=MAX_TEXT, strip=True)
    photos = forms.Field(label=_("照片"), required=False)
    unit = forms.IntegerField(label=_("在哪个社区（村）"), required=False, min_value=1, max_value=2**62)
    place = forms.CharField(label=_("具体地点"), max_length=120, required=False)
    longitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    latitude = forms.FloatField(required=False, widget=forms.HiddenInput)
    door = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)  # the code of a scanned plate
    name = forms.CharField(label=_("怎么称呼您"), max_length=60, required=False)
    phone = forms.CharField(label=_("联系电话"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].error_messages = {"required": _("请说说是什么事"), "max_length": _("内容太长，请分开反映")}
        self.communities = community_choices()
        self.level = level_name(children(county().id)[0]) if children(county().id) else ""

    def report(self, photos: tuple[PhotoFile, ...]) -> Report:
        """The report as the actions take it; call after ``is_valid``."""
        given = self.cleaned_data
        return Report(
            channel=Channel.RESIDENT,
            text=given["text"],
            unit_id=given["unit"],
            place=given["place"],
            longitude=given["longitude"],
            latitude=given["latitude"],
            door_code=given["door"],
            reporter_name=given["name"],
            reporter_phone=given["phone"],
            photos=photos,
        )

    FIELD_OF = {"unit_id": "unit", "door_code": "place", "reporter_name": "name", "reporter_phone": "phone"}

    def blame(self, error: Any) -> None:
        """Errors of the report name its own fields; here some are called otherwise."""
        error.field = self.FIELD_OF.get(error.field, error.field)
        super().blame(error)


class RatingForm(PageForm):
    solved = forms.TypedChoiceField(
        label=_("问题解决了吗"),
        choices=[("yes", _("解决了")), ("no", _("没有解决"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("请选择问题是否解决")},
    )
    satisfied = forms.TypedChoiceField(
        label=_("对办理满意吗"),
        choices=[("5", _("很满意")), ("4", _("满意")), ("3", _("一般")), ("2", _("不满意")), ("1", _("很不满意"))],
        coerce=int,
        error_messages={"required": _("请选择满意程度")},
    )
    note = forms.CharField(label=_("想说的话"), max_length=500, required=False)
    code = forms.CharField(label=_("评价码"), max_length=20, required=False)


class ReopeningForm(PageForm):
    note = forms.CharField(
        label=_("还有什么没有办好"), max_length=500, error_messages={"required": _("请写明哪里没有办好")}
    )
    code = forms.CharField(label=_("评价码"), max_length=20, required=False)
