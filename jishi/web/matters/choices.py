"""What may be chosen on the forms about matters: organisations that serve the place, classes, units level by level."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.duties.queries import category_groups
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.vocabulary import Grade
from jishi.organizations.queries import OrganizationRow, dispatchable
from jishi.territory.queries import UnitRow, children, county, unit_on_record
from jishi.territory.queries import ancestors as units_above


@dataclass(frozen=True, slots=True)
class Offer:
    """One organisation to choose, and what speaks against it or for it."""

    id: int
    name: str
    note: str = ""
    short_name: str = ""  # people type this one


@dataclass(frozen=True, slots=True)
class Group:
    """Organisations of one level, under its name."""

    name: str
    offers: list[Offer] = field(default_factory=list)


def serving(path: str, handbook: Handbook, grade: Grade | None, *, without: Collection[int] = ()) -> list[Group]:
    """Every organisation whose area contains the place, nearest level first; with ``grade``, a note at those that
    do not lead matters of this grade."""
    bodies = [body for body in dispatchable() if path.startswith(body.unit_path) and body.id not in without]
    bodies.sort(key=lambda body: -body.unit_depth)
    groups: dict[str, Group] = {}
    for body in bodies:
        group = groups.setdefault(
            f"{body.unit_name} · {body.kind_label}", Group(f"{body.unit_name} · {body.kind_label}")
        )
        group.offers.append(Offer(body.id, body.name, _against(body, handbook, grade), body.short_name))
    return list(groups.values())


def _against(body: OrganizationRow, handbook: Handbook, grade: Grade | None) -> str:
    if grade is None or body.unit_depth in handbook.grades[grade].depths:
        return ""
    return f"{grade.label}不由{handbook.level_name(body.unit_depth)}一级主办"


def helpers_at_work(parts: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The helping organisations that are not done, as choices."""
    return [
        (str(part["organization_id"]), part["organization__name"])
        for part in parts
        if part["role"] == "helper" and part["done_at"] is None and part["ended_at"] is None
    ]


def category_choices() -> list[tuple[str, Any]]:
    """The classes of matters in two levels, as groups of choices."""
    return [(top.name, [(row.code, row.name) for row in below or (top,)]) for top, below in category_groups()]


@dataclass(frozen=True, slots=True)
class Level:
    """One select of the unit picker: the units below one unit, and the one chosen."""

    name: str
    units: tuple[UnitRow, ...]
    chosen: int | None


def unit_levels(unit_id: int | None, top: UnitRow | None = None) -> list[Level]:
    """The selects town, community, grid … down to the level below the chosen unit."""
    chosen = unit_on_record(unit_id) if unit_id is not None else None
    line = list(units_above(chosen)) if chosen is not None else [county()]
    if top is not None and any(unit.id == top.id for unit in line):
        line = line[[unit.id for unit in line].index(top.id) :]
    levels = []
    for place, above in enumerate(line):
        below = children(above.id)
        if below:
            picked = line[place + 1].id if place + 1 < len(line) else None
            levels.append(Level(below[0].kind, below, picked))
    return levels
