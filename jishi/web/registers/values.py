"""The form that says something new about a record: any of its fields, and only those that are filled in."""

from typing import Any

from django import forms

from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.vocabulary import RecordKind
from jishi.web.forms import PageForm

LONGEST = 200


class ValuesForm(PageForm):
    """One field of the form for each field of the record; empty ones say nothing and take nothing away."""

    def __init__(self, kind: RecordKind, data: Any = None) -> None:
        super().__init__(data, auto_id="value_%s")
        for name, field in FIELDS[kind].items():
            self.fields[name] = _field(field.label, field.shown)

    @property
    def said(self) -> dict[str, str]:
        """What was filled in; only after ``is_valid()``."""
        return {name: value for name, value in self.cleaned_data.items() if value}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(given.values()) and not self.errors:
            self.add_error(None, "请至少填写一项")
        return given


def _field(label: str, shown: Any) -> forms.Field:
    if shown is None:
        words = {"max_length": f"最多{LONGEST}个字"}
        return forms.CharField(label=label, max_length=LONGEST, required=False, error_messages=words)
    choices = [("", "不改"), *shown.items()]
    return forms.ChoiceField(
        label=label, choices=choices, required=False, error_messages={"invalid_choice": "请从列出的选项中选择"}
    )
