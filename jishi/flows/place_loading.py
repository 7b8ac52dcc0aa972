"""A place folder becomes the place: template, units, bodies, classes, duty lists and limits, all or nothing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from jishi.duties import actions as duties
from jishi.flows.place_reading import PlaceFiles, read_place
from jishi.flows.unit_changes import OPERATOR, Progress, follow, forget_places, silent
from jishi.kernel.errors import Conflict, Invalid
from jishi.kernel.geo import gcj02_to_wgs84
from jishi.orders.actions import offers as orders
from jishi.organizations import actions as organizations
from jishi.parts import actions as parts
from jishi.territory import actions as territory
from jishi.territory import queries as units
from jishi.territory.rules.actors import Actor, Operator
from jishi.territory.rules.loading import Counts

__all__ = ["Loaded", "load_place", "read_place"]

_DEMO = ("demo", "demo_logins", "demo_password")
_KINDS = {
    "units": "治理单元",
    "sketches": "示意图",
    "organizations": "组织机构",
    "categories": "事项类别",
    "duties": "清单事项",
    "limits": "时限",
    "catalogue": "部件小类",
    "offers": "服务菜单",
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did; ``follows`` are units that were renamed, with who takes their place."""

    key: str
    name: str
    is_new_version: bool
    counts: dict[str, Counts]
    follows: tuple[territory.Follow, ...] = ()

    @property
    def changed_nothing(self) -> bool:
        return not self.is_new_version and not any(count.anything_happened for count in self.counts.values())

    def __str__(self) -> str:
        if self.changed_nothing:
            return f"{self.name}（{self.key}）已是最新，没有变化。"
        lines = [f"已装载{self.name}（{self.key}）{'的新版模板' if self.is_new_version else ''}："]
        for kind, label in _KINDS.items():
            count = self.counts[kind]
            ended = f"，终止{count.ended}" if count.ended else ""
            lines.append(f"  {label}：新增{count.new}，变更{count.changed}，不变{count.unchanged}{ended}")
        return "\n".join(lines)


def load_place(
    folder: Path,
    *,
    now: dt.datetime,
    by: Actor | str = OPERATOR,
    progress: Progress = silent,
    outline: Path | Mapping[str, Any] | None = None,
    gcj02: bool = False,
) -> Loaded:
    """Load a place folder in one transaction; loading it again changes nothing.

    Parameters
    ----------
    outline
        GeoJSON of the county, or the file with it; it becomes the true boundary and the sketches are cut from it.
        Without it a rounded shape of the county's size stands for it.
    gcj02
        The outline is in the shifted coordinates of Chinese map services and is put right.

    Raises LoadRefused with every bad line of every file, and then nothing is loaded; Conflict for another county than
    the one already loaded.
    """
    actor = Operator(by) if isinstance(by, str) else by
    forget_places()
    progress("检查文件", 0, 1)
    files = read_place(folder)
    _check_same_county(files)
    shape = _outline(outline, gcj02)
    progress("检查文件", 1, 1)
    try:
        with transaction.atomic():
            return _load(files, shape, actor, now, progress)
    finally:
        forget_places()  # after a rollback too: what was read inside never happened


def _check_same_county(files: PlaceFiles) -> None:
    county = units.tree().county
    if county is not None and county.code != files.content["county_code"]:
        name = files.content["name"]
        raise Conflict(f"本系统已用于{county.name}，一套系统只管一个县，{name}请另行部署。")


def _load(
    files: PlaceFiles, outline: Mapping[str, Any] | None, by: Actor, now: dt.datetime, progress: Progress
) -> Loaded:
    is_first = units.tree().county is None
    marks = {} if is_first else _marks_of_a_demo(units.place().content)
    is_new = territory.load_place(content={**files.content, **marks}, by=by, now=now)
    counts: dict[str, Counts] = {}
    steps = len(_KINDS)

    def note(kind: str, count: Counts) -> None:
        counts[kind] = count
        progress("装载", len(counts), steps)

    loaded = territory.load_units(entries=files.units, by=by, now=now, since=files.since if is_first else None)
    note("units", loaded.counts)
    follow(loaded.follows, by=by, now=now, progress=progress)
    note("sketches", territory.draw_sketches(by=by, now=now, outline=outline))
    note("organizations", organizations.load_organizations(entries=files.organizations, by=by, now=now))
    note("categories", duties.load_categories(entries=files.categories, by=by, now=now))
    note("duties", duties.load_duties(entries=files.duties, by=by, now=now))
    note("limits", duties.load_limits(entries=files.limits, by=by, now=now))
    note("catalogue", parts.load_catalogue(entries=files.catalogue, by=by, now=now))
    note("offers", orders.load_offers(entries=files.offers, by=by, now=now))
    return Loaded(files.content["key"], files.content["name"], is_new, counts, loaded.follows)


def _marks_of_a_demo(content: Mapping[str, Any]) -> dict[str, Any]:
    """What says that people and matters are invented: they stay so whatever template comes after."""
    return {name: content[name] for name in _DEMO if content.get("demo") and name in content}


def _outline(given: Path | Mapping[str, Any] | None, gcj02: bool) -> Mapping[str, Any] | None:
    if isinstance(given, Path):
        try:
            given = orjson.loads(given.read_bytes())
        except (OSError, orjson.JSONDecodeError) as error:
            raise Invalid(f"轮廓文件不能读取，或不是GeoJSON：{error}", field="outline") from error
        if not isinstance(given, dict):
            raise Invalid("轮廓文件不是GeoJSON。", field="outline")
    return _put_right(given) if given is not None and gcj02 else given


def _put_right(value: Any) -> Any:
    """The same GeoJSON with every position moved from GCJ-02 to WGS84."""
    if isinstance(value, Mapping):
        return {key: _put_right(item) for key, item in value.items()}
    if isinstance(value, list):
        if len(value) >= 2 and all(isinstance(number, int | float) for number in value[:2]):
            return list(gcj02_to_wgs84(value[0], value[1]))
        return [_put_right(item) for item in value]
    return value
