"""Form fields that read what a step is given: photos, ids of organisations, the unit chosen level by level."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from jishi.kernel.errors import DomainError, Invalid
from jishi.kernel.numbers import parse_number
from jishi.matters.actions.photos import check_photo_count, read_upload
from jishi.matters.rules.given import PhotoFile

MAX_ID = 2**63 - 1


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[Any]:
        return [file for file in files.getlist(name) if file.name]


class PhotosField(forms.Field):
    """Any number of uploaded photos, each decoded and written anew; one that is no photo names itself."""

    widget = SeveralFiles

    def clean(self, value: list[Any]) -> tuple[PhotoFile, ...]:
        try:
            check_photo_count(len(value))
        except DomainError as error:
            raise ValidationError(error.message) from error
        photos: list[PhotoFile] = []
        for file in value:
            try:
                photos.append(read_upload(file))
            except DomainError as error:
                raise ValidationError(f"{file.name[:40]}：{error.message}") from error
        if self.required and not photos:
            raise ValidationError("请拍一张照片")
        return tuple(photos)


class LastOfSeveral(forms.HiddenInput):
    """Several selects share one name, one a level; the deepest that was chosen counts."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        given = data.getlist(name) if hasattr(data, "getlist") else [data.get(name, "")]
        return next((value for value in reversed(given) if value), "")


class AllOfSeveral(forms.SelectMultiple):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.getlist(name)) if hasattr(data, "getlist") else list(data.get(name, []))


class IdField(forms.IntegerField):
    """The id of one row chosen from a list."""

    def __init__(self, **options: Any) -> None:
        words = {"invalid": "请从列表中选择", "min_value": "请从列表中选择", "max_value": "请从列表中选择"}
        options["error_messages"] = words | options.get("error_messages", {})
        super().__init__(min_value=1, max_value=MAX_ID, **options)


class NumberField(forms.CharField):
    """A receipt number as people type it: lower case, without dashes, in full-width characters."""

    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        try:
            return parse_number(typed) if typed else ""
        except Invalid as error:
            raise ValidationError(error.message) from error


class IdsField(forms.Field):
    """Ids of several rows, in the order given, each once."""

    widget = AllOfSeveral

    def clean(self, value: list[str]) -> tuple[int, ...]:
        try:
            ids = tuple(dict.fromkeys(int(each) for each in value or [] if each))
        except ValueError as error:
            raise ValidationError("请从列表中选择") from error
        if any(not 0 < each <= MAX_ID for each in ids):
            raise ValidationError("请从列表中选择")
        return ids
