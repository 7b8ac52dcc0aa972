"""The components of the demo: some three hundred lamps, covers and boards, with who answers for them.

The shown grid has a few that are past their inspection, and one that its worker found broken yesterday.
"""

import datetime as dt
from random import Random

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.demo.clock import Life
from jishi.demo.lives import guarded
from jishi.demo.topics import TOPICS
from jishi.demo.world import Case, World
from jishi.flows.component_faults import report_fault
from jishi.matters.rules.vocabulary import Channel
from jishi.organizations.queries import by_code
from jishi.parts.actions import add_components, inspect
from jishi.parts.queries import SubclassRow, subclasses
from jishi.parts.rules.codes import make_code
from jishi.parts.rules.given import Body, Given
from jishi.parts.rules.inspections import Condition
from jishi.territory.queries import UnitRow, county, units

COUNT = 300
IN_THE_SHOWN_GRID = 24
DUE_IN_THE_SHOWN_GRID = 4
LAMP = "0118"
# What stands in every street, and who keeps it; the rest is drawn from the whole catalogue.
COMMON = {LAMP: "SZWH", "0103": "SZWH", "0101": "GSGS", "0305": "HWZX", "0902": "XFDD", "1001": "ZWJ", "0105": "GDGS"}
KEEPERS = {"01": "SZWH", "02": "SZWH", "03": "HWZX", "04": "CGJ", "05": "ZJJ", "06": "YJJ", "07": "NYJ", "08": "NYJ"}
AUTHORITY = "CGJ"
BROKEN = "灯不亮，灯罩脱落"


def put_up(world: World, *, grid: UnitRow, at: dt.datetime, end: dt.datetime, chance: Random) -> int:
    """Enter the components as a survey brings them, and let the shown worker go round; returns how many there are."""
    kinds = {kind.code: kind for kind in subclasses()}
    serials: dict[str, int] = {}
    others = units(3)
    given = []
    for number in range(COUNT):
        shown = number < IN_THE_SHOWN_GRID
        code = LAMP if number < 2 else chance.choice(list(COMMON if chance.random() < 0.6 else kinds))
        serials[code] = serials.get(code, 0) + 1
        where = grid if shown else chance.choice(others)
        is_due = 0 < number <= DUE_IN_THE_SHOWN_GRID
        given.append(component(world, kinds[code], serials[code], where, end, chance, is_due=is_due))
    days = {code: kind.inspection_days for code, kind in kinds.items()}
    add_components(given=given, days=days, source="部件普查", by=SYSTEM, now=at)
    worker = world.staff.personas["grid_worker"]
    walk = go_round(world, [one.code for one in given[5:9]], given[0].code, worker, chance)
    world.clock.begin(end - dt.timedelta(days=2), guarded(world, walk))
    return len(given)


def component(
    world: World, kind: SubclassRow, serial: int, where: UnitRow, end: dt.datetime, chance: Random, *, is_due: bool
) -> Given:
    """One component somewhere in a grid, last looked at within its cycle, or before it where it is due."""
    longitude, latitude = world.point_near(where, chance)
    keeper = by_code(COMMON.get(kind.code, KEEPERS.get(kind.class_code, AUTHORITY)))
    authority = by_code(AUTHORITY)
    cycle = kind.inspection_days or 0
    ago = cycle + chance.randint(2, 9) if is_due else chance.randrange(1, max(2, cycle - 3))
    return Given(
        code=make_code(county().code[:6], kind.code, serial),
        unit_id=where.id,
        name=f"{where.name}{serial}号{kind.name}" if kind.code == LAMP else "",
        place=f"{where.name}{chance.randint(1, 40)}栋旁",
        longitude=longitude,
        latitude=latitude,
        authority=Body(authority.id) if authority is not None else Body(),
        keeper=Body(keeper.id) if keeper is not None else Body(),
        inspected_on=(end - dt.timedelta(days=ago)).date(),
    )


def go_round(world: World, sound: list[str], broken: str, by: Viewer, chance: Random) -> Life:
    """The worker finds some sound, and one broken."""
    for code in sound:
        yield world.walk(chance, 5, 40)
        inspect(code=code, condition=Condition.SOUND, by=by, now=world.now)
    yield world.walk(chance, 5, 40)
    receipt = report_fault(code=broken, note=BROKEN, by=by, now=world.now, digits=world.digits)
    topic = next(topic for topic in TOPICS if topic.title == "路灯不亮")
    grant = by.grants[0]
    here = next(unit for unit in units(grant.depth) if unit.id == grant.unit_id)
    world.cases.append(Case(receipt.number, receipt.code, here, topic, Channel.GRID, BROKEN, "", False, chance))
