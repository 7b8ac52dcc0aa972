"""Reading the catalogue. It is public: everybody may know what counts as a component."""

from dataclasses import dataclass

from jishi.parts.models import Subclass


@dataclass(frozen=True, slots=True)
class SubclassRow:
    """A sub-class of today."""

    code: str
    name: str
    class_code: str
    class_name: str
    inspection_days: int | None
    source: str


_FIELDS = ("code", "name", "major_id", "major__name", "inspection_days", "source")


def subclasses() -> tuple[SubclassRow, ...]:
    """The sub-classes of today by code."""
    rows = Subclass.objects.filter(valid_to__isnull=True).order_by("code").values_list(*_FIELDS)
    return tuple(SubclassRow(*row) for row in rows)


def subclass(code: str) -> SubclassRow | None:
    """A sub-class of today; None if there is none or it has ended."""
    row = Subclass.objects.filter(pk=code, valid_to__isnull=True).values_list(*_FIELDS).first()
    return SubclassRow(*row) if row is not None else None
