"""Building the demo: 石峰区 at its true size with invented people and ninety days of matters.

Everything is done by the real actions under a clock that is set, so every rule has had its say. The whole build is
one transaction: a build that is interrupted leaves the database as it was. The same seed and moment give the same
rows, password hashes apart.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jishi.accounts.queries import anybody
from jishi.accounts.rules.viewer import Viewer
from jishi.audit.actions import seal
from jishi.demo import figures
from jishi.demo.clock import Clock, Life
from jishi.demo.components import put_up
from jishi.demo.estates import settle_estates
from jishi.demo.homes import settle
from jishi.demo.intake import Arrival, draw_arrivals, receive
from jishi.demo.lives import draw_fate, guarded, merge, whole_life
from jishi.demo.neighbours import post_neighbours
from jishi.demo.orders import stage_orders
from jishi.demo.photos import draw_album
from jishi.demo.showcase import stage_desks
from jishi.demo.staff import PASSWORD, PERSONAS, hire_everybody
from jishi.demo.streets import lay_streets
from jishi.demo.world import Case, World
from jishi.duties.queries import calendar
from jishi.flows.grid_proposals import PlanDesk
from jishi.flows.grid_standing import standard
from jishi.flows.place_loading import load_place
from jishi.flows.rounds import HANDLERS
from jishi.kernel.errors import Conflict
from jishi.matters.actions.alarms import ring
from jishi.matters.rules.handbook import read_handbook
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Channel
from jishi.notices import actions as notices
from jishi.orders.actions.overdue import give_back_overdue
from jishi.planning import actions as planning
from jishi.planning.rules.vocabulary import Mode
from jishi.territory import actions as territory
from jishi.territory.queries import UnitRow, children, forget_cache, place, units
from jishi.territory.rules.actors import Operator
from jishi.territory.rules.tree import UnitEntry

PLACE = "shifeng"
SEED = 20261122
MATTERS = 8000
MATTERS_SMALL = 1200
PICTURES = 24
INBOX = dt.timedelta(hours=40)  # how far back the inboxes reach
SHOWN_TOWN = "430204002000"  # 响石岭街道: its first grid has the grid worker's login
SHOWN_OFFICE = "CGJ"
BUILDER = Operator("演示数据")
NUMERALS = "一二三四五六七八九十"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Built:
    """What was built."""

    matters: int
    people: int
    figures: Sequence[figures.Figure]
    receipt: tuple[str, str]  # number and code of a matter that was just closed, for the resident's page
    stumbled: tuple[str, ...]  # lives a rule ended before their time; none is expected


def _silent(_what: str, _done: int, _total: int) -> None:
    return None


def build(
    *,
    now: dt.datetime,
    small: bool = False,
    seed: int = SEED,
    days: int = 90,
    matters: int | None = None,
    progress: Progress = _silent,
) -> Built:
    """Build the demo in an empty database, as it stands at ``now``. Raises ``Conflict`` where people already work."""
    if anybody():
        raise Conflict("数据库中已有人员，演示数据只能建在空库里")
    end = timezone.localtime(now).replace(microsecond=0)
    count = matters if matters is not None else MATTERS_SMALL if small else MATTERS
    try:
        with transaction.atomic():
            built = _build(end, seed, days, count, progress)
    finally:
        forget_cache()
    seal(now=end)
    return built


def _build(end: dt.datetime, seed: int, days: int, count: int, progress: Progress) -> Built:
    start = (end - dt.timedelta(days=days)).replace(hour=0, minute=0, second=0)
    grid = lay_ground(start, progress)
    laid = lay_streets(shown=grid, now=start, chance=_chance(seed, "streets"))
    progress("地址", laid, laid)
    total = expected_people()
    staff = hire_everybody(
        _chance(seed, "people"),
        shown_grid=grid,
        shown_office=SHOWN_OFFICE,
        now=start,
        step=lambda done: progress("人员", done, total),
    )
    community = next(one for one in units(2) if one.id == grid.parent_id)
    keeper = staff.personas["community"]
    post_neighbours(community=community, by=keeper, now=start, chance=_chance(seed, "neighbours"))
    homes = settle_estates(community=community, by=keeper, now=start, chance=_chance(seed, "estates"))
    progress("名册", homes, homes)
    digits = _chance(seed, "digits")
    world = World(
        staff=staff,
        clock=Clock(start, tick),
        calendar=calendar(),
        handbook=read_handbook(place().content),
        album=draw_album(_chance(seed, "album"), PICTURES),
        digits=digits.randrange,
    )
    settle(world, grid=grid, at=start, chance=partial(_chance, seed))
    put_up(world, grid=grid, at=start, end=end, chance=_chance(seed, "components"))
    stage_desks(world, grid=grid, office=SHOWN_OFFICE, end=end, chance=_chance(seed, "desks"))
    numbers = _chance(seed, "order digits").randrange
    stage_orders(world, grid=grid, end=end, chance=_chance(seed, "orders"), digits=numbers)
    arrivals = draw_arrivals(_chance(seed, "arrivals"), count=count, start=start, end=end)
    for number, arrival in enumerate(arrivals):
        world.clock.begin(arrival.at, guarded(world, come(world, arrival, _chance(seed, f"case {number}"))))
    for day in range(days + 1):
        world.clock.run(min(end, start + dt.timedelta(days=day + 1)))
        progress("事项", day + 1, days + 1)
    propose_grids(community, keeper, end)
    tell_the_latest(end)
    return Built(len(world.cases), staff.people, figures.figures(), latest_closed(world), tuple(world.stumbled))


def propose_grids(community: UnitRow, by: Viewer, now: dt.datetime) -> None:
    """Two grids of the shown community are off the standard; how they could be is waiting for somebody to approve."""
    planning.ask(community_id=community.id, mode=Mode.REBALANCE, standard=standard(), by=by, now=now)
    PlanDesk(lambda: now)(now)


def tick(moment: dt.datetime) -> None:
    """What the worker does by the clock."""
    ring(now=moment)
    give_back_overdue(now=moment)


def tell_the_latest(end: dt.datetime) -> None:
    """Fill the inboxes with what happened lately; nobody still reads what is older."""
    notices.pass_over(until=end - INBOX, now=end)
    while events := notices.claim_events(worker="demo", now=end, limit=500, lease=dt.timedelta(hours=1)):
        for event in events:
            told = HANDLERS[event.kind](event, event.at)
            notices.spread(event=event, to=told, now=event.at)


def latest_closed(world: World) -> tuple[str, str]:
    closed = (case for case in reversed(world.cases) if world.facts(case).stage is Stage.CLOSED)
    case = next(closed, world.cases[-1])
    return case.number, case.code


def come(world: World, arrival: Arrival, chance: Random) -> Life:
    case = receive(world, chance=chance, channel=arrival.channel)
    fate = draw_fate(case)
    if fate.echoed:
        later = world.walk(chance, 20, 600)
        world.clock.begin(later, guarded(world, echo(world, case, Random(chance.random()))))  # noqa: S311
    yield from whole_life(world, case, fate)


def echo(world: World, first: Case, chance: Random) -> Life:
    """A neighbour reports what was reported already."""
    case = receive(world, chance=chance, channel=Channel.RESIDENT, unit=first.unit, topic=first.topic)
    yield from merge(world, case, first)


def lay_ground(start: dt.datetime, progress: Progress) -> UnitRow:
    """Load the place, mark it as a demo, and give it its grids; returns the grid that is shown."""
    load_place(Path(settings.PLACES_DIR) / PLACE, now=start, by=BUILDER, progress=progress)
    territory.load_place(content={**place().content, **marks()}, by=BUILDER, now=start)
    forget_cache()
    territory.load_units(entries=grid_entries(), by=BUILDER, now=start)
    forget_cache()
    territory.draw_sketches(by=BUILDER, now=start)
    forget_cache()
    town = next(unit for unit in units(1) if unit.code == SHOWN_TOWN)
    return children(children(town.id)[0].id)[0]


def marks() -> dict[str, Any]:
    """What the place template says of a demo: every page shows the band, the login page the logins."""
    logins = [{"username": p.username, "name": p.title, "does": p.does} for p in PERSONAS.values()]
    return {"demo": True, "demo_logins": logins, "demo_password": PASSWORD}


def grid_entries() -> list[UnitEntry]:
    """321 grids, as evenly among the communities as whole numbers allow: four or five in each."""
    communities = units(2)
    kind = place().ladder.at(3)[0].kinds[0]
    found = []
    for number, community in enumerate(communities):
        share = figures.GRIDS * (number + 1) // len(communities) - figures.GRIDS * number // len(communities)
        for own in range(share):
            code = f"{community.code}{own + 1:03d}"
            found.append(UnitEntry(code, f"第{NUMERALS[own]}网格", kind, community.code))
    return found


def expected_people() -> int:
    """How many will be hired, for the progress bar: those of the county, of departments, towns and communities."""
    return 75 + 2 * len(units(1)) + 2 * len(units(2)) + len(units(3))


def _chance(seed: int, what: str) -> Random:
    return Random(f"{seed}:{what}")  # noqa: S311 - stories, not secrets
