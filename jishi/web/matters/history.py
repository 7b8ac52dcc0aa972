"""The lines of a matter's history in words: what was decided, for whom, until when."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.kernel.geo import metres_between
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Channel, Grade, ReplyKind
from jishi.organizations.queries import name_on_record
from jishi.territory.queries import full_name, unit_on_record
from jishi.web.formats import exact

Row = Mapping[str, Any]
IN_SIGHT = 500  # metres; a phone among houses is mistaken by a hundred or two


@dataclass(frozen=True, slots=True)
class Line:
    """One step as the timeline shows it. ``points`` are pairs of a label and a text."""

    title: str
    at: dt.datetime
    who: str
    note: str
    points: list[tuple[str, str]]
    photos: list[Row] = field(default_factory=list)
    moved_to: Stage | None = None  # the stage the matter came to by this step, if it moved


def lines_of(history: Iterable[Row], parts: Iterable[Row], photos: Iterable[Row], at: Row) -> list[Line]:
    """The history as given, first step first. ``at`` has the place of the matter, longitude and latitude."""
    names = {part["organization_id"]: part["organization__name"] for part in parts}
    by_step: dict[int, list[Row]] = {}
    for photo in photos:
        by_step.setdefault(photo["step_id"], []).append(photo)
    return [_line(row, names, by_step.get(row["id"], []), at) for row in history]


def _line(row: Row, names: Mapping[int, str], photos: list[Row], at: Row) -> Line:
    office = row["organization__name"]
    return Line(
        title=row["label"],
        at=row["at"],
        who=f"{row['by_name']} · {office}" if office else row["by_name"],
        note=row["note"],
        points=_points(row["facts"], names) + _away(row["facts"], at),
        photos=photos,
        moved_to=Stage(row["target"]) if row["target"] != row["source"] else None,
    )


def _points(facts: Row, names: Mapping[int, str]) -> list[tuple[str, str]]:
    points = []
    for key, (label, say) in POINTS.items():
        if key in facts:
            points.append((label, say(facts[key], names)))
    return points


def _away(facts: Row, at: Row) -> list[tuple[str, str]]:
    """How far from the matter somebody stood who looked at it there, where it is too far to have seen it."""
    points: list[float | None] = [each.get(name) for each in (facts, at) for name in ("longitude", "latitude")]
    known = [degrees for degrees in points if degrees is not None]
    metres = metres_between(*known) if len(known) == len(points) else 0
    if metres <= IN_SIGHT:
        return []
    told = f"{metres / 1000:.1f}公里" if metres >= 1000 else f"{metres:.0f}米"
    return [("距事项位置", told)]


Say = Callable[[Any, Mapping[int, str]], str]


def _plain(value: Any, names: Mapping[int, str]) -> str:
    return str(value)


def _body(value: int, names: Mapping[int, str]) -> str:
    return names.get(value) or name_on_record(value)


def _bodies(value: list[int], names: Mapping[int, str]) -> str:
    return "、".join(_body(each, names) for each in value)


def _moment(value: str, names: Mapping[int, str]) -> str:
    return exact(dt.datetime.fromisoformat(value))


def _days(value: int, names: Mapping[int, str]) -> str:
    return f"{value}个工作日"


def _how(value: str, names: Mapping[int, str]) -> str:
    return {"on_site": "现场核实", "by_phone": "电话核实"}.get(value, value)


def _unit(value: int, names: Mapping[int, str]) -> str:
    unit = unit_on_record(value)
    return full_name(unit) if unit is not None else ""


def _listed(kind: type[Channel] | type[Grade] | type[ReplyKind]) -> Say:
    labels = {member.value: member.label for member in kind}
    return lambda value, names: labels.get(value, str(value))


def _from_to(value: str, names: Mapping[int, str]) -> str:
    labels = {grade.value: grade.label for grade in Grade}
    return labels.get(value, value)


def _from(value: Any, names: Mapping[int, str]) -> str:
    return _body(value, names) if isinstance(value, int) else _from_to(value, names)


def _yes(value: bool, names: Mapping[int, str]) -> str:
    return "已解决" if value else "未解决"


def _stars(value: int, names: Mapping[int, str]) -> str:
    return "★" * value + "☆" * (5 - value)


# Keys of a step's facts that are worth a line, in this order.
POINTS: dict[str, tuple[str, Say]] = {
    "channel": ("来源", _listed(Channel)),
    "lead": ("主办", _body),
    "helpers": ("协办", _bodies),
    "helper": ("协办", _body),
    "task": ("要求", _plain),
    "ground": ("理由", _plain),
    "reason": ("理由", _plain),
    "from": ("原单位", _from),
    "to": ("现", _from_to),
    "from_unit": ("原单元", _unit),
    "to_unit": ("现单元", _unit),
    "grade": ("等级", _from_to),
    "grade_reason": ("定级理由", _plain),
    "until": ("至", _moment),
    "working_days": ("申请延长", _days),
    "how": ("方式", _how),
    "solved": ("结果", _yes),
    "satisfied": ("满意度", _stars),
    "into": ("并入", _plain),
    "out_of": ("原并入", _plain),
    "responsible": ("责任单位", _body),
    "reply_kind": ("答复类型", _listed(ReplyKind)),
    "reply": ("答复", _plain),
    "basis": ("依据", _plain),
}
