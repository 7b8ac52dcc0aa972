"""The worklist: which matters, in order of their due time, a page at a time; and the counts above it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Invalid
from jishi.kernel.numbers import parse_number
from jishi.matters.models import Matter
from jishi.matters.queries.scope import area_filter, visible, visible_filter
from jishi.matters.rules.stages import OPEN_STAGES, Stage
from jishi.matters.rules.vocabulary import Grade
from jishi.territory.queries import tree

ROW_FIELDS = (
    "id",
    "number",
    "title",
    "stage",
    "grade",
    "urgent",
    "channel",
    "category_code",
    "category_name",
    "place",
    "longitude",
    "latitude",
    "unit_id",
    "responsible_id",
    "lead_id",
    "registered_at",
    "due_at",
    "stage_due_at",
    "paused_until",
    "closed_at",
    "escalation",
    "version",
)
MAX_PAGE = 200
COMMUNITY = 2


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show. ``stages`` empty means every open stage; ``due`` is overdue, today, week or empty."""

    unit: tuple[int, int] | None = None  # (depth, unit id)
    stages: tuple[Stage, ...] = ()
    due: str = ""
    category_code: str = ""
    grade: Grade | None = None
    channel: str = ""
    organization_id: int | None = None
    urgent: bool = False
    escalated: bool = False
    paused: bool = False
    search: str = ""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows (dicts of ``ROW_FIELDS``) and the cursor of the next, if there is one."""

    rows: Sequence[Mapping[str, Any]] = ()
    after: str = ""


@cache
def _in_order(closed: bool, fields: tuple[str, ...]) -> QuerySet[Matter, dict[str, Any]]:
    """All rows in their order, composed once: the conditions are all that differs from one list to the next."""
    order = ("-closed_at", "-id") if closed else ("due_at", "id")
    return Matter.objects.order_by(*order).values(*fields)


def worklist(
    viewer: Viewer,
    wanted: Filter,
    *,
    now: dt.datetime,
    after: str = "",
    limit: int = 50,
    fields: tuple[str, ...] = ROW_FIELDS,
) -> Page:
    """Open matters by due time (soonest first), or closed ones by closing time (latest first).

    ``fields`` names what each row holds; ``id`` and the moment it is sorted by must be among them.
    """
    scope = visible_filter(viewer, past=wanted.closed)
    if scope is None:
        return Page()
    limit = max(1, min(limit, MAX_PAGE))
    conditions = scope & _asked_for(wanted, now)
    if after:
        conditions &= _beyond(after, wanted.closed)
    found = list(_in_order(wanted.closed, fields).filter(conditions)[: limit + 1])
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1]
    moment = last["closed_at" if wanted.closed else "due_at"]
    return Page(found[:limit], f"{moment.timestamp():.6f}_{last['id']}")


def _beyond(after: str, closed: bool) -> Q:
    """What comes after the row a cursor names."""
    moment, last_id = _read_cursor(after)
    if closed:
        return Q(closed_at__lte=moment) & ~Q(closed_at=moment, id__gte=last_id)
    return Q(due_at__gte=moment) & ~Q(due_at=moment, id__lte=last_id)


def _read_cursor(after: str) -> tuple[dt.datetime, int]:
    moment, _, row = after.partition("_")
    try:
        return dt.datetime.fromtimestamp(float(moment), dt.UTC), int(row)
    except (ValueError, OverflowError, OSError) as error:
        raise Invalid("翻页标记无效，请从第一页看起", field="after") from error


def _asked_for(wanted: Filter, now: dt.datetime) -> Q:
    rows = Q(closed_at__isnull=not wanted.closed)
    if wanted.unit is not None:
        rows &= area_filter(*wanted.unit, past=wanted.closed)
    if wanted.stages:
        rows &= Q(stage__in=[stage.value for stage in wanted.stages])
    if wanted.due:
        rows &= _due_filter(wanted.due, now)
    exact = {
        "category_code": wanted.category_code,
        "grade": wanted.grade.value if wanted.grade is not None else "",
        "channel": wanted.channel,
        "responsible_id": wanted.organization_id,
        "urgent": wanted.urgent,
    }
    rows &= Q(**{name: value for name, value in exact.items() if value})
    if wanted.escalated:
        rows &= Q(escalation__gt=0)
    if wanted.paused:
        rows &= Q(paused_since__isnull=False)
    if wanted.search:
        rows &= _search_filter(wanted.search)
    return rows


def _due_filter(due: str, now: dt.datetime) -> Q:
    """``now`` is in the local zone, so that today ends at local midnight."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match due:
        case "overdue":
            return Q(due_at__lt=now)
        case "today":
            return Q(due_at__gte=now, due_at__lt=midnight + dt.timedelta(days=1))
        case "week":
            return Q(due_at__gte=now, due_at__lt=midnight + dt.timedelta(days=7))
    raise Invalid("期限筛选只有：已超期、今日到期、七日内到期", field="due")


def _search_filter(words: str) -> Q:
    """A receipt number finds its matter; anything else is looked for in title, place and text, all words."""
    try:
        return Q(number=parse_number(words))
    except Invalid:
        pass
    found = Q()
    for word in words.split()[:5]:
        found &= Q(title__icontains=word) | Q(place__icontains=word) | Q(text__icontains=word)
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How many open matters there are, by stage, and how many are overdue."""

    stages: Mapping[str, int]
    overdue: int
    today: int
    urgent: int
    paused: int = 0

    @property
    def open(self) -> int:
        return sum(self.stages.values())


def counts(viewer: Viewer, *, now: dt.datetime, unit: tuple[int, int] | None = None) -> Counts:
    """The counts of everything the viewer may see (in one unit, if given), in one query."""
    rows = visible(viewer, past=False).filter(closed_at__isnull=True)
    if unit is not None:
        rows = rows.filter(area_filter(*unit, past=False), _town_of(*unit))
    table = figures(rows, now=now)
    stages = dict.fromkeys((stage.value for stage in Stage if stage in OPEN_STAGES), 0)
    for row in table:
        stages[row["stage"]] += row["open"]
    overdue, today, urgent, paused = (
        sum(row[name] for row in table) for name in ("overdue", "today", "urgent", "paused")
    )
    return Counts(stages, overdue, today, urgent, paused)


def _town_of(depth: int, unit_id: int) -> Q:
    """The town a community lies in: with it the figures of the community are one range of their index."""
    found = tree().by_id.get(unit_id)
    return Q(area_1=found.line[1]) if depth == COMMUNITY and found is not None else Q()


def figures(rows: QuerySet[Matter], *, now: dt.datetime, depth: int = 1) -> list[Mapping[str, Any]]:
    """Open matters counted by the unit they lie in at ``depth``, by stage and grade.

    Rows: ``part``, ``stage``, ``grade``, ``open``, ``overdue``, ``today``, ``urgent``, ``paused``. Grouped as the
    index of figures lies, so that it alone is read, once, whatever sums are made of it.
    """
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    return list(
        rows.order_by()
        .values("stage", "grade", part=F(f"area_{depth}"))
        .annotate(
            open=Count("stage"),
            overdue=Count("stage", filter=Q(due_at__lt=now)),
            today=Count("stage", filter=Q(due_at__gte=now, due_at__lt=tomorrow)),
            urgent=Count("stage", filter=Q(urgent=True)),
            paused=Count("stage", filter=Q(paused_since__isnull=False)),
        )
    )
