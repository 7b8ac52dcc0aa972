"""The people of the demo: one for every desk, and a login for one of each kind."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from jishi.accounts import actions, queries
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.demo import names
from jishi.organizations.queries import OrganizationRow, centre_for, community_office_for, dispatchable
from jishi.organizations.rules.bodies import Kind
from jishi.territory.queries import UnitRow, children, county, units

PASSWORD = "Shifeng-demo-2026"  # noqa: S105 - printed for everybody who builds the demo
HANDLING = (Kind.DEPARTMENT, Kind.UTILITY, Kind.TOWN_OFFICE)


@dataclass(frozen=True, slots=True)
class Persona:
    """One login to look around with."""

    username: str
    title: str
    does: str


PERSONAS = {
    "grid_worker": Persona("wangge", "网格员", "一张日清单：登记、自处理、核实"),
    "community": Persona("shequ", "社区工作者", "社区两委的承办、调解与核实"),
    "dispatcher": Persona("diaodu", "区级调度员", "派发、仲裁、审批、督办、结案"),
    "town_dispatcher": Persona("zhenjie", "镇街调度员", "同上，限响石岭街道"),
    "handler": Persona("jingban", "部门经办人", "城管局：签收、退回、处置、协办"),
    "leader": Persona("lingdao", "区领导", "看辖区、作批办"),
    "administrator": Persona("guanli", "系统管理员", "人员、地方模板、审计记录"),
    "auditor": Persona("shenji", "审计员", "审计记录"),
}


@dataclass(slots=True)
class Staff:
    """Who works where. Units and organisations by id."""

    workers: dict[int, Viewer] = field(default_factory=dict)  # of a grid
    communities: dict[int, list[Viewer]] = field(default_factory=dict)
    dispatchers: dict[int, list[Viewer]] = field(default_factory=dict)  # of the county and of the towns
    handlers: dict[int, list[Viewer]] = field(default_factory=dict)  # of an organisation
    leaders: list[Viewer] = field(default_factory=list)
    personas: dict[str, Viewer] = field(default_factory=dict)
    people: int = 0

    def dispatchers_at(self, unit: UnitRow) -> list[Viewer]:
        """Those of the town a place lies in, or of the county."""
        return next(self.dispatchers[id] for id in reversed(unit.line) if id in self.dispatchers)

    def near(self, unit: UnitRow) -> list[Viewer]:
        """Grid worker and community workers of a place."""
        own = [self.workers[id] for id in unit.line if id in self.workers]
        return own + [viewer for id in unit.line for viewer in self.communities.get(id, ())]


class Hiring:
    """Takes people on, one posting each, in an order that never changes."""

    def __init__(self, chance: Random, now: dt.datetime, step: Callable[[int], None]) -> None:
        self.chance = chance
        self.now = now
        self.step = step
        self.staff = Staff()

    def hire(
        self, role: Role, unit: UnitRow, username: str, office: OrganizationRow | None = None, persona: str = ""
    ) -> Viewer:
        person_id = actions.add_person(
            username=PERSONAS[persona].username if persona else username,
            name=names.person_name(self.chance),
            phone=names.phone(self.chance),
            password=PASSWORD if persona else "",
            by=SYSTEM,
            now=self.now,
        )
        actions.open_posting(
            person_id=person_id,
            role=role,
            unit_id=unit.id,
            organization_id=office.id if office is not None else None,
            by=SYSTEM,
            now=self.now,
        )
        viewer = queries.viewer_of(person_id, self.now.date())
        assert viewer is not None
        self.staff.people += 1
        self.step(self.staff.people)
        if persona:
            self.staff.personas[persona] = viewer
        return viewer

    def county_desks(self) -> None:
        here = county()
        centre = centre_for(here)
        self.staff.dispatchers[here.id] = [
            self.hire(Role.DISPATCHER, here, "qu.diaodu.1", centre, "dispatcher"),
            self.hire(Role.DISPATCHER, here, "qu.diaodu.2", centre),
        ]
        self.staff.leaders.append(self.hire(Role.LEADER, here, "qu.lingdao", persona="leader"))
        self.hire(Role.ADMINISTRATOR, here, "qu.guanli", persona="administrator")
        self.hire(Role.AUDITOR, here, "qu.shenji", persona="auditor")

    def departments(self, shown: str) -> None:
        """Two handlers for every department and utility, one for every town office; ``shown`` has the login."""
        for body in dispatchable():
            if body.kind not in HANDLING:
                continue
            for number in range(1 if body.kind == Kind.TOWN_OFFICE else 2):
                persona = "handler" if body.code == shown and number == 0 else ""
                username = f"jb.{body.code.lower()}.{number + 1}"
                place = next(unit for unit in (county(), *units(1)) if unit.id == body.unit_id)
                viewer = self.hire(Role.HANDLER, place, username, body, persona)
                self.staff.handlers.setdefault(body.id, []).append(viewer)

    def town(self, town: UnitRow, shown: UnitRow) -> None:
        """A leader, a dispatcher, two people a community, one a grid; the grid ``shown`` has the logins."""
        own = shown.path.startswith(town.path)
        short = town.code[6:9]
        self.staff.leaders.append(self.hire(Role.LEADER, town, f"zj.lingdao.{short}"))
        persona = "town_dispatcher" if own else ""
        dispatcher = self.hire(Role.DISPATCHER, town, f"zj.diaodu.{short}", centre_for(town), persona)
        self.staff.dispatchers[town.id] = [dispatcher]
        for community in children(town.id):
            self.community(community, shown)

    def community(self, community: UnitRow, shown: UnitRow) -> None:
        own = shown.path.startswith(community.path)
        office = community_office_for(community)
        assert office is not None
        code = community.code[6:12]
        workers = [
            self.hire(Role.COMMUNITY, community, f"sq.{code}.1", office, "community" if own else ""),
            self.hire(Role.COMMUNITY, community, f"sq.{code}.2", office),
        ]
        self.staff.communities[community.id] = workers
        self.staff.handlers[office.id] = workers
        for grid in children(community.id):
            persona = "grid_worker" if grid.id == shown.id else ""
            username = f"wg.{grid.code[6:]}"
            self.staff.workers[grid.id] = self.hire(Role.GRID_WORKER, grid, username, persona=persona)


def hire_everybody(
    chance: Random, *, shown_grid: UnitRow, shown_office: str, now: dt.datetime, step: Callable[[int], None]
) -> Staff:
    """Everybody the county needs; the personas with a login work in ``shown_grid`` and for ``shown_office``."""
    hiring = Hiring(chance, now, step)
    hiring.county_desks()
    hiring.departments(shown_office)
    for town in units(1):
        hiring.town(town, shown_grid)
    return hiring.staff
