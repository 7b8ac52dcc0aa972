"""What comes in: when, by which channel, from where, in which words."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from jishi.accounts.rules.viewer import Viewer
from jishi.demo import names
from jishi.demo.topics import ESTATES, SINCE, SPOTS, TOPICS, Topic
from jishi.demo.world import Case, World
from jishi.duties import queries as duties
from jishi.matters.actions.registration import register
from jishi.matters.rules.given import Report
from jishi.matters.rules.grading import find_hazard
from jishi.matters.rules.vocabulary import Channel
from jishi.territory.queries import UnitRow, locate, unit_on_record, units

# Of a hundred matters so many come by each channel.
CHANNELS = {
    Channel.RESIDENT: 33,
    Channel.GRID: 26,
    Channel.PHONE: 11,
    Channel.VISIT: 8,
    Channel.DESK: 6,
    Channel.QUICK: 6,
    Channel.MEETING: 4,
    Channel.PAPER: 2,
    Channel.API: 2,
    Channel.OPEN311: 1,
    Channel.IMPORT: 1,
}
ALONE = frozenset({Channel.RESIDENT, Channel.OPEN311, Channel.IMPORT})  # nobody of the staff takes it down
WALKED = frozenset({Channel.GRID, Channel.QUICK, Channel.VISIT})
AT_DESK = frozenset({Channel.PHONE, Channel.API})

WEEK = (13, 11, 10, 10, 12, 8, 6)  # Monday to Sunday
STAFF_HOURS = (0,) * 8 + (8, 12, 12, 8, 2, 4, 10, 12, 10, 6, 2, 1) + (0,) * 4
RESIDENT_HOURS = (1, 0, 0, 0, 0, 1, 2, 6, 8, 8, 7, 6, 6, 4, 5, 5, 6, 7, 9, 11, 12, 9, 5, 2)


@dataclass(frozen=True, slots=True)
class Arrival:
    at: dt.datetime
    channel: Channel


def draw_arrivals(chance: Random, *, count: int, start: dt.datetime, end: dt.datetime) -> list[Arrival]:
    """``count`` arrivals between two moments: more on Mondays, residents in the evening, staff in office hours."""
    days = [start.date() + dt.timedelta(days=n) for n in range((end.date() - start.date()).days + 1)]
    weights = [WEEK[day.weekday()] for day in days]
    channels = list(CHANNELS)
    found: list[Arrival] = []
    while len(found) < count:
        channel = chance.choices(channels, list(CHANNELS.values()))[0]
        day = chance.choices(days, weights)[0]
        hours = RESIDENT_HOURS if channel in ALONE else STAFF_HOURS
        hour = chance.choices(range(24), hours)[0]
        time = dt.time(hour, chance.randrange(60), chance.randrange(60))
        moment = dt.datetime.combine(day, time, start.tzinfo)
        if start <= moment < end:
            found.append(Arrival(moment, channel))
    return sorted(found, key=lambda arrival: (arrival.at, arrival.channel))


def draw_topic(chance: Random) -> Topic:
    return chance.choices(TOPICS, [topic.weight for topic in TOPICS])[0]


def draw_unit(chance: Random, channel: Channel) -> UnitRow:
    """A grid for those who walk one; residents more often choose their community, and the post may not even that."""
    if channel is Channel.PAPER and chance.random() < 0.3:
        return chance.choice(units(1))
    return chance.choice(units(3 if channel in WALKED or chance.random() < 0.55 else 2))


def words(topic: Topic, unit: UnitRow, chance: Random) -> str:
    near = next((above for above in map(unit_on_record, unit.line[2:3]) if above is not None), unit)
    spot = f"{chance.choice(ESTATES)}{chance.randint(1, 18)}栋" if not topic.outdoors else chance.choice(SPOTS)
    return chance.choice(topic.texts).format(where=f"{near.name}{spot}", since=chance.choice(SINCE))


def receive(
    world: World,
    *,
    chance: Random,
    channel: Channel,
    unit: UnitRow | None = None,
    topic: Topic | None = None,
) -> Case:
    """Register one matter now, as it would come in by this channel."""
    topic = topic or draw_topic(chance)
    unit = unit or draw_unit(chance, channel)
    text = words(topic, unit, chance)
    spoken = duties.spoken_categories(f"{topic.title} {text}", limit=1)
    category = spoken[0].category.code if spoken else ""
    chosen = category if channel not in ALONE or chance.random() < 0.6 else ""
    point = world.point_near(unit, chance) if unit.depth > 1 and chance.random() < 0.7 else (None, None)
    report = Report(
        channel=channel,
        text=text,
        title=topic.title if channel not in ALONE or chance.random() < 0.5 else "",
        unit_id=unit.id,
        longitude=point[0],
        latitude=point[1],
        category_code=chosen,
        reporter_name=names.resident_name(chance) if chance.random() < 0.7 else "",
        reporter_phone=names.phone(chance) if chance.random() < 0.6 else "",
        photos=world.picture(chance) if chance.random() < 0.3 else (),
    )
    by = taken_down_by(world, channel, unit, chance)
    receipt = register(report=report, by=by, now=world.now, digits=world.digits)
    inner = locate(*point) if point[0] is not None else None
    where = inner if inner is not None and inner.is_within(unit) else unit
    kind = duties.category(chosen) if chosen else None
    urgent = find_hazard(f"{topic.title} {text}", world.handbook) is not None or (kind is not None and kind.urgent)
    case = Case(receipt.number, receipt.code, where, topic, channel, text, category, urgent, chance)
    world.cases.append(case)
    return case


def taken_down_by(world: World, channel: Channel, unit: UnitRow, chance: Random) -> Viewer | None:
    if channel in ALONE:
        return None
    near = world.staff.near(unit)
    if channel in WALKED and near:
        return near[0]
    if channel in AT_DESK or not near:
        return chance.choice(world.staff.dispatchers_at(unit))
    return near[-1]
