"""Reading classes, duty lists and limits. They are public rules: everybody may read them.

What the lists said on an earlier day is answered from ended rows; a day before the first list was loaded is answered
with the first list.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from jishi.duties.models import Category, DutyItem, Limit
from jishi.duties.rules import suggestion
from jishi.duties.rules.limits import LimitRule, deadline, pick_limit
from jishi.duties.rules.suggestion import Body, CategoryRow, DutyItemRow, Spoken, Suggestion
from jishi.kernel.holidays import holiday_name, is_workday, known_until
from jishi.kernel.worktime import WorkCalendar
from jishi.organizations.queries import dispatchable
from jishi.orm.kept import Kept, begun_and_ended, shelf
from jishi.territory.queries import UnitRow, place

__all__ = ["CategoryRow", "DutyItemRow", "LimitRule", "Spoken", "Suggestion"]

T = TypeVar("T")


@dataclass(frozen=True)
class Dated(Generic[T]):
    """Rows with their periods, and the answers already given for a day."""

    rows: tuple[tuple[dt.date, dt.date | None, T], ...]
    answered: dict[dt.date, tuple[T, ...]] = field(default_factory=dict)

    def on(self, day: dt.date) -> tuple[T, ...]:
        if self.rows:
            day = max(day, self.rows[0][0])  # rows are sorted by their first day
        if day not in self.answered:
            self.answered[day] = tuple(
                row for first, end, row in self.rows if first <= day and (end is None or end > day)
            )
        return self.answered[day]

    @property
    def live(self) -> tuple[T, ...]:
        return tuple(row for _, end, row in self.rows if end is None)


def _kept(model: Any, fields: tuple[str, ...], build: Callable[..., T], order: tuple[str, ...]) -> Kept[Dated[T]]:
    """Keeps all rows of a table whose rows only begin and end."""

    def load() -> Dated[T]:
        rows = model.objects.order_by("valid_from", *order).values_list("valid_from", "valid_to", *fields)
        return Dated(tuple((row[0], row[1], build(*row[2:])) for row in rows))

    return shelf.keep(begun_and_ended(model._meta.db_table), load)


def _category(
    code: str, name: str, above: str | None, grade: str, urgent: bool, words: Iterable[str], closing: str
) -> CategoryRow:
    return CategoryRow(code, name, above or "", grade, urgent, tuple(words), closing)


def _item(*values: Any) -> DutyItemRow:
    return replace(DutyItemRow(*values), helpers=tuple(values[-1]))


_categories = _kept(
    Category,
    ("code", "name", "parent__code", "grade", "urgent", "words", "closing_condition"),
    _category,
    ("code",),
)
_items = _kept(DutyItem, tuple(DutyItemRow.__dataclass_fields__), _item, ("list_name", "id"))
_limits = _kept(Limit, tuple(LimitRule.__dataclass_fields__), LimitRule, ("id",))


def forget_cache() -> None:
    """Everything is read anew at the next question."""
    for kept in (_categories, _items, _limits):
        kept.forget()


def categories() -> tuple[CategoryRow, ...]:
    """The classes of today, by code: each first-level class is followed by its second level."""
    return tuple(sorted(_categories.get().live, key=lambda category: category.code))


def category(code: str) -> CategoryRow | None:
    """The class of today with this code."""
    return next((category for category in _categories.get().live if category.code == code), None)


def category_groups() -> tuple[tuple[CategoryRow, tuple[CategoryRow, ...]], ...]:
    """First-level classes of today, each with its second level, for a choice in two steps."""
    found = categories()
    return tuple(
        (top, tuple(row for row in found if row.parent_code == top.code)) for top in found if not top.parent_code
    )


def spoken_categories(text: str, *, limit: int = 3) -> tuple[Spoken, ...]:
    """The classes a text speaks for, with the words that do."""
    return suggestion.spoken_categories(text, categories(), limit=limit)


def limits(day: dt.date) -> tuple[LimitRule, ...]:
    """The limits in force on ``day``."""
    return _limits.get().on(day)


def items(day: dt.date | None = None) -> tuple[DutyItemRow, ...]:
    """The items of all lists today, or on ``day``."""
    held = _items.get()
    return held.live if day is None else held.on(day)


def item_on_record(item_id: int) -> DutyItemRow | None:
    """An item of any day: what a dispatch cited stays readable."""
    return next((row for _, _, row in _items.get().rows if row.id == item_id), None)


def duty_list(name: str, day: dt.date) -> tuple[DutyItemRow, ...]:
    """What a list said on ``day``, in the order of its numbers."""
    found = [item for item in items(day) if item.list_name == name]
    return tuple(sorted(found, key=lambda item: (len(item.number), item.number)))


def duty_lists(day: dt.date) -> dict[str, int]:
    """The lists there were on ``day`` with the number of their items."""
    counts: dict[str, int] = {}
    for item in items(day):
        counts[item.list_name] = counts.get(item.list_name, 0) + 1
    return counts


def suggest(*, text: str, category_code: str, unit: UnitRow, limit: int = 5) -> tuple[Suggestion, ...]:
    """Who could handle a matter at ``unit``, the best first, each with the duty-list item it cites."""
    return suggestion.suggest(
        text=text,
        category_code=category_code,
        categories=categories(),
        items=items(),
        bodies=[Body(body.id, body.code, body.name, body.kind, body.unit_id) for body in dispatchable()],
        line=unit.line,
        limit=limit,
    )


def calendar() -> WorkCalendar:
    """The working calendar of the place."""
    hours = tuple(
        (dt.time.fromisoformat(first), dt.time.fromisoformat(last)) for first, last in place().content["work_hours"]
    )
    return WorkCalendar(hours=hours, is_workday=is_workday, known_until=known_until(), holiday_name=holiday_name)


def due(
    *,
    clock: str,
    grade: str,
    category_code: str,
    urgent: bool,
    start: dt.datetime,
    day: dt.date,
    paused_minutes: int = 0,
    extra_minutes: int = 0,
) -> tuple[dt.datetime, str]:
    """When a step that began at ``start`` is due by the limits of ``day``, and the sentence that explains it."""
    limit = pick_limit(limits(day), clock=clock, grade=grade, category_code=category_code, urgent=urgent)
    return deadline(calendar(), limit, start, paused_minutes, extra_minutes)
