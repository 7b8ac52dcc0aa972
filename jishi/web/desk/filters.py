"""The filters of the desk as they stand in the address, and the lanes above the list."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from jishi.matters.queries.worklist import Counts, Filter
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.territory.queries import unit

S = Stage
DUES = {"overdue": "已超期", "today": "今天到期", "week": "七天内到期"}


@dataclass(frozen=True, slots=True)
class Lane:
    """One tab above the list: which stages it holds, or another condition."""

    key: str
    label: str
    stages: tuple[Stage, ...] = ()
    due: str = ""
    paused: bool = False
    closed: bool = False
    requests: bool = False


E = TypeVar("E", Grade, Channel)

LANES = (
    Lane("", "全部在办"),
    Lane("new", "新登记", (S.REGISTERED,)),
    Lane("unsigned", "待签收", (S.DISPATCHED,)),
    Lane("returned", "退回", (S.RETURNED,)),
    Lane("arbitration", "仲裁", (S.ARBITRATION,)),
    Lane("requests", "申请待批", requests=True),
    Lane("working", "处置中", (S.ACCEPTED, S.HANDLING)),
    Lane("overdue", "超期", due="overdue"),
    Lane("paused", "挂账", paused=True),
    Lane("verifying", "待核实", (S.VERIFYING,)),
    Lane("verified", "待结案", (S.VERIFIED,)),
    Lane("closed", "已结案", closed=True),
)
del S
BY_KEY = {lane.key: lane for lane in LANES}
KEPT = ("lane", "unit", "due", "category", "grade", "channel", "org", "urgent", "escalated", "q")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; anything unknown in it is as if it were not there."""

    lane: Lane
    filter: Filter
    query: Mapping[str, str] = field(default_factory=dict)  # the parameters that count, as text

    def address(self, **changes: str) -> str:
        """The query string with some parameters changed; empty ones fall away."""
        wanted = {**self.query, **changes}
        kept = {key: wanted[key] for key in KEPT if wanted.get(key)}
        return f"?{urlencode(kept)}" if kept else "?"

    def hidden(self, *without: str) -> dict[str, str]:
        """The parameters a form must carry along besides its own fields."""
        return {key: value for key, value in self.query.items() if key not in without}

    @property
    def narrowed(self) -> int:
        """How many of the rarer filters hold, those that wait behind «更多筛选»."""
        return sum(key not in {"lane", "unit", "due", "q"} for key in self.query)


def read_filters(asked: QueryDict) -> Asked:
    """The filters of an address."""
    lane = BY_KEY.get(asked.get("lane", ""), LANES[0])
    place = unit(_number(asked.get("unit"))) if _number(asked.get("unit")) else None
    due = asked.get("due", "")
    wanted = Filter(
        unit=(place.depth, place.id) if place is not None else None,
        stages=lane.stages,
        due=lane.due or (due if due in DUES else ""),
        category_code=asked.get("category", "")[:20],
        grade=_member(Grade, asked.get("grade")),
        channel=_member(Channel, asked.get("channel")) or "",
        organization_id=_number(asked.get("org")) or None,
        urgent=asked.get("urgent") == "1",
        escalated=asked.get("escalated") == "1",
        search=asked.get("q", "").replace("\x00", "").strip()[:100],
        closed=lane.closed,
    )
    wanted = replace(wanted, paused=True) if lane.paused else wanted
    return Asked(lane, wanted, _spelled(lane, wanted, due))


def _spelled(lane: Lane, wanted: Filter, due: str) -> dict[str, str]:
    given = {
        "lane": lane.key,
        "unit": str(wanted.unit[1]) if wanted.unit is not None else "",
        "due": due if due in DUES and not lane.due else "",
        "category": wanted.category_code,
        "grade": wanted.grade.value if wanted.grade is not None else "",
        "channel": str(wanted.channel),
        "org": str(wanted.organization_id or ""),
        "urgent": "1" if wanted.urgent else "",
        "escalated": "1" if wanted.escalated else "",
        "q": wanted.search,
    }
    return {key: value for key, value in given.items() if value}


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _member(kind: type[E], value: str | None) -> E | None:
    try:
        return kind(value or "")
    except ValueError:
        return None


def lane_count(lane: Lane, counts: Counts, requests: int) -> int | None:
    """The figure on a lane; none for what is not counted."""
    if lane.closed:
        return None
    if lane.requests:
        return requests
    if lane.due:
        return counts.overdue
    if lane.paused:
        return counts.paused
    return sum(counts.stages[stage.value] for stage in lane.stages) if lane.stages else counts.open
