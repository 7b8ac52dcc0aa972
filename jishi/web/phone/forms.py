"""What is filled in on the phone when something is registered on the way."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError, Invalid
from jishi.matters.rules.given import Origin, Report
from jishi.matters.rules.reports import MAX_TEXT
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.queries import full_name, locate, unit
from jishi.web.formats import exact
from jishi.web.forms import PageForm
from jishi.web.matters.choices import category_choices
from jishi.web.matters.fields import IdField, PhotosField

BROKEN = "请从列出的选项中选择"
PLACED = "位置不对，请重新定位或点选"
# What took longer on its way than a bad connection explains was entered without a network.
ON_THE_WAY = dt.timedelta(minutes=2)


class PhoneForm(PageForm):
    """Words or a class are enough; the place is the person's own grid unless a point says otherwise."""

    text = forms.CharField(
        label="什么事",
        max_length=MAX_TEXT,
        required=False,
        widget=forms.Textarea,
        error_messages={"max_length": f"最多{MAX_TEXT}个字"},
    )
    photos = PhotosField(label="照片", required=False)
    unit_id = IdField(label="所在网格", required=False)
    place = forms.CharField(
        label="详细地点", max_length=120, required=False, error_messages={"max_length": "最多120个字"}
    )
    longitude = forms.FloatField(label="位置", required=False, error_messages={"invalid": PLACED})
    latitude = forms.FloatField(label="纬度", required=False, error_messages={"invalid": PLACED})
    door_code = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)  # of a door that was found
    category_code = forms.ChoiceField(label="类别", required=False, error_messages={"invalid_choice": BROKEN})
    settled = forms.BooleanField(label="当场已处理", required=False)
    settled_note = forms.CharField(
        label="怎样处理的", max_length=2000, required=False, error_messages={"max_length": "最多2000个字"}
    )
    reporter_name = forms.CharField(
        label="反映人", max_length=60, required=False, error_messages={"max_length": "最多60个字"}
    )
    reporter_phone = forms.CharField(
        label="联系电话", max_length=30, required=False, error_messages={"max_length": "号码过长"}
    )
    entered_at = forms.DateTimeField(
        label="录入时间", required=False, widget=forms.HiddenInput, error_messages={"invalid": "录入时间不对"}
    )

    def __init__(self, viewer: Viewer, data: Any = None, files: Any = None, door: Mapping[str, Any] | None = None):
        """``door`` is what `doors.at_door` says of a door that was found; where it lies is its own then."""
        grids = own_grids(viewer)
        initial = {**door, "door_code": door["door"]} if door else {"unit_id": grids[0][0] if grids else ""}
        super().__init__(data, files, auto_id="phone_%s", initial=initial)
        self.viewer = viewer
        self.grids = [*grids, ("", "以定位为准")]
        self.fields["category_code"].choices = [("", "暂不分类"), *category_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not (given.get("text") or "").strip():
            given["text"] = self._class_name(given.get("category_code", ""))
            if not given["text"]:
                self.add_error("text", "请写几个字，或选择类别")
        if given.get("settled") and not (given.get("settled_note") or "").strip():
            self.add_error("settled_note", "请写明怎样处理的")
        return given

    def _class_name(self, code: str) -> str:
        """A photo with a class needs no words: the class says what it is."""
        choices = self.fields["category_code"].choices  # type: ignore[attr-defined]
        names = {value: name for _, group in choices if isinstance(group, list) for value, name in group}
        return names.get(code, "")

    def report(self, now: dt.datetime) -> Report:
        """What was filled in; only after ``is_valid()``."""
        given = self.cleaned_data
        return Report(
            channel=Channel.GRID if Role.GRID_WORKER in self.viewer.roles else Channel.QUICK,
            unit_id=unit_meant(given["unit_id"], given["longitude"], given["latitude"]),
            origin=origin_of(given["entered_at"], now),
            **{name: given[name] for name in SAME},
        )

    def check(self) -> None:
        """Raise what is wrong with the first field that is wrong."""
        for field, errors in self.errors.items():
            raise Invalid(str(errors[0]), field="" if field == NON_FIELD_ERRORS else field)

    def refused(self, error: DomainError) -> dict[str, Any]:
        """The refusal as a phone reads it: one sentence and the fields it is about."""
        if error.field not in self.errors:
            return {"message": error.message, "fields": {error.field: error.message}}
        return {"message": error.message, "fields": {name: str(errors[0]) for name, errors in self.errors.items()}}


class SettleSheet(PageForm):
    """The sheet behind 自处理; it is posted to the step itself."""

    note = forms.CharField(label="处理情况", max_length=2000, widget=forms.Textarea)
    photos = PhotosField(label="照片", required=False)


class VerifySheet(PageForm):
    """The sheet behind 核实: the place comes by itself; what was seen there is said by whoever saw it."""

    photos = PhotosField(label="现场照片")
    longitude = forms.FloatField(label="位置")
    latitude = forms.FloatField(label="纬度")
    note = forms.CharField(label="核实情况", max_length=2000, widget=forms.Textarea)


SAME = (
    "text", "place", "longitude", "latitude", "door_code", "category_code", "reporter_name", "reporter_phone", "photos",
)  # fmt: skip


def own_grids(viewer: Viewer) -> list[tuple[int, str]]:
    """The units of the person's postings that may register, the deepest first, with their names."""
    grants = sorted(viewer.having(Permission.REPORT), key=lambda grant: -grant.depth)
    found = {grant.unit_id: unit(grant.unit_id) for grant in grants}
    return [(row.id, full_name(row)) for row in found.values() if row is not None]


def unit_meant(chosen: int | None, longitude: float | None, latitude: float | None) -> int | None:
    """The unit chosen, unless the point lies somewhere else: then the point decides."""
    row = unit(chosen) if chosen is not None else None
    if row is None or longitude is None or latitude is None:
        return chosen
    there = locate(longitude, latitude)
    if there is None or there.path.startswith(row.path) or row.path.startswith(there.path):
        return chosen
    return None


def origin_of(entered_at: dt.datetime | None, now: dt.datetime) -> Origin | None:
    """When the words were written, if they waited for a network; a phone whose clock runs ahead is not believed."""
    if entered_at is None or now - entered_at < ON_THE_WAY:
        return None
    return Origin(note=f"离线录入，录入时间：{exact(entered_at)}", facts={"entered_at": entered_at.isoformat()})
