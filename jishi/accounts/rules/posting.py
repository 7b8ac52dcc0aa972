"""Which postings make sense: each role belongs to a kind of unit and, in an office, of organisation."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from jishi.accounts.rules.roles import OFFICE_ROLES, Role
from jishi.kernel.errors import Invalid

COMMUNITY_DEPTH = 2
# Departments, township offices and utilities handle; centres dispatch; a community office has its own role.
HANDLING_KINDS = frozenset({"department", "town_office", "utility"})


@dataclass(frozen=True, slots=True)
class Place:
    """The unit of a posting as the rules need it."""

    id: int
    name: str
    depth: int
    path: str


@dataclass(frozen=True, slots=True)
class Office:
    """The organisation of a posting: its kind and the unit it serves."""

    name: str
    kind: str
    unit_id: int
    unit_path: str


def check_posting(role: Role, place: Place, office: Office | None) -> None:
    """Raise ``Invalid`` unless the role fits the unit and the organisation.

    A grid worker works below the community, a leader leads a county or a town, administrators and
    auditors serve the whole county; an office role names its organisation, the other roles name none.
    """
    _check_office_named(role, office)
    _check_depth(role, place)
    if office is not None:
        _check_office(role, place, office)


def _check_office_named(role: Role, office: Office | None) -> None:
    if role in OFFICE_ROLES and office is None:
        raise Invalid(f"{role.label}须选择所属单位", field="organization_id")
    if role not in OFFICE_ROLES and office is not None:
        raise Invalid(f"{role.label}按辖区履职，不选所属单位", field="organization_id")


def _check_depth(role: Role, place: Place) -> None:
    depth = place.depth
    fits, wanted = {
        Role.GRID_WORKER: (depth > COMMUNITY_DEPTH, "网格"),
        Role.COMMUNITY: (depth == COMMUNITY_DEPTH, "社区（村）"),
        Role.LEADER: (depth <= 1, "县（市、区）或镇（街）"),
        Role.ADMINISTRATOR: (depth == 0, "县（市、区）"),
        Role.AUDITOR: (depth == 0, "县（市、区）"),
    }.get(role, (True, ""))
    if not fits:
        raise Invalid(f"{role.label}只能任职于{wanted}一级，“{place.name}”不是", field="unit_id")


def _check_office(role: Role, place: Place, office: Office) -> None:
    if role is Role.COMMUNITY and (office.kind != "community_office" or office.unit_id != place.id):
        raise Invalid(f"“{office.name}”不是“{place.name}”的两委", field="organization_id")
    if role is Role.DISPATCHER and (office.kind != "centre" or office.unit_id != place.id):
        raise Invalid(f"“{office.name}”不是“{place.name}”的网格中心", field="organization_id")
    if role is Role.HANDLER:
        if office.kind not in HANDLING_KINDS:
            raise Invalid(f"“{office.name}”不设部门经办人", field="organization_id")
        if not place.path.startswith(office.unit_path):
            raise Invalid(f"“{place.name}”不在“{office.name}”的服务范围内", field="unit_id")


@dataclass(frozen=True, slots=True)
class Period:
    """Days from the first up to, not including, ``until`` (None = no end)."""

    since: dt.date
    until: dt.date | None = None

    def holds(self, day: dt.date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def uncovered(wanted: Iterable[Period], held: Iterable[Period] = ()) -> list[Period]:
    """The days of ``wanted`` that no period in ``held`` has, as the fewest periods, the earliest first."""
    wanted, held = list(wanted), list(held)
    edges = {day for period in (*wanted, *held) for day in (period.since, period.until or dt.date.max)}
    found: list[Period] = []
    for since, until in pairwise(sorted(edges)):
        if not any(period.holds(since) for period in wanted) or any(period.holds(since) for period in held):
            continue
        end = until if until != dt.date.max else None
        if found and found[-1].until == since:
            since = found.pop().since
        found.append(Period(since, end))
    return found
