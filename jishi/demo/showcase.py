"""What must lie on the desks of those who log in to look around: something at every stage, this very day."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from jishi.demo import phrases
from jishi.demo.clock import Life
from jishi.demo.intake import receive, words
from jishi.demo.lives import finish, guarded, send, verify
from jishi.demo.topics import TOPICS, Topic
from jishi.demo.world import Case, World
from jishi.duties.queries import category, due, spoken_categories
from jishi.matters.actions.instructions import answer_instruction, instruct
from jishi.matters.rules.vocabulary import Channel, Grade, ReplyKind
from jishi.organizations.queries import OrganizationRow, by_code, nearest
from jishi.organizations.rules.bodies import Kind
from jishi.territory.queries import UnitRow, units

BY_TITLE = {topic.title: topic for topic in TOPICS}
STREETS = ("占道经营", "树枝遮挡和枯枝掉落", "小广告清理", "油烟直排")  # the shown office answers for these
LOOK_BACK = dt.timedelta(days=45)
QUICK = (4, 12)  # minutes of office time between two steps of a scene


@dataclass(frozen=True, slots=True)
class Scene:
    """One matter and how far it has come; without ``lead`` the duty list names it."""

    ending: str
    start: dt.datetime
    topic: Topic
    unit: UnitRow
    lead: OrganizationRow | None = None
    helper: OrganizationRow | None = None


def stage_desks(world: World, *, grid: UnitRow, office: str, end: dt.datetime, chance: Random) -> None:
    """Put the scenes on the clock: the shown grid, the shown office (a code), the dispatcher's desk, the leader's."""
    body = by_code(office)
    assert body is not None
    scenes = [
        *grid_scenes(world, grid, end),
        *office_scenes(world, body, end, chance),
        *desk_scenes(world, end, chance),
    ]
    for scene in scenes:
        own = Random(chance.random())  # noqa: S311 - stories, not secrets
        world.clock.begin(scene.start, guarded(world, play(world, scene, own)))
    town_office = nearest(Kind.TOWN_OFFICE, grid) or body
    for to, minutes, answered in ((body, 250, False), (body, 1300, True), (town_office, 200, False)):
        start = working_before(world, end, minutes)
        own = Random(chance.random())  # noqa: S311
        world.clock.begin(start, guarded(world, instruction(world, to, answered, own)))


def grid_scenes(world: World, grid: UnitRow, end: dt.datetime) -> list[Scene]:
    """The shown grid: new this morning, in hand, to verify, due today, overdue."""
    late = (("registered", 48, "路灯不亮"), ("registered", 105, "暴露垃圾未清运"))
    found = [Scene(ending, end - dt.timedelta(minutes=m), BY_TITLE[title], grid) for ending, m, title in late]
    for ending, minutes, title in (
        ("verifying", 400, "下水道堵塞"),
        ("verifying", 330, "井盖松动"),
        ("verifying", 290, "自来水管漏水"),
        ("handling", 260, "夜间噪声扰民"),
        ("verified", 420, "道路坑洼积水"),
    ):
        found.append(Scene(ending, working_before(world, end, minutes), BY_TITLE[title], grid))
    return found + due_scenes(grid, None, end, ("物业服务不到位", "楼上漏水引发邻里纠纷"))


def office_scenes(world: World, office: OrganizationRow, end: dt.datetime, chance: Random) -> list[Scene]:
    """The shown office: to sign, to handle, to help with, waiting for an answer."""
    endings = (
        ("dispatched", 35), ("dispatched", 60), ("dispatched", 95), ("accepted", 120), ("handling", 210),
        ("handling", 330), ("handling", 500), ("verifying", 450), ("extension", 380), ("abnormal", 360),
        ("paused", 900),
    )  # fmt: skip
    found = []
    for number, (ending, minutes) in enumerate(endings):
        topic = BY_TITLE[STREETS[number % len(STREETS)]]
        start = working_before(world, end, minutes)
        found.append(Scene(ending, start, topic, chance.choice(units(3)), office))
    for title in ("夜间噪声扰民", "下水道堵塞"):
        start = working_before(world, end, 240)
        found.append(Scene("handling", start, BY_TITLE[title], chance.choice(units(3)), None, office))
    return found + due_scenes(chance.choice(units(3)), office, end, STREETS[:2])


def desk_scenes(world: World, end: dt.datetime, chance: Random) -> list[Scene]:
    """The dispatcher: new ones of the last hours, a return, an arbitration, a resident who asks again."""
    found = []
    for number in range(8):
        topic = TOPICS[(number * 3) % len(TOPICS)]
        start = end - dt.timedelta(minutes=12 + 21 * number)
        found.append(Scene("registered", start, topic, chance.choice(units(2 + number % 2))))
    for ending, minutes in (("returned", 150), ("arbitration", 330), ("reopening", 1500), ("reopening", 1900)):
        topic = BY_TITLE[chance.choice(("路灯不亮", "道路坑洼积水", "车辆乱停堵塞消防通道"))]
        found.append(Scene(ending, working_before(world, end, minutes), topic, chance.choice(units(3))))
    return found


def due_scenes(unit: UnitRow, lead: OrganizationRow | None, end: dt.datetime, titles: tuple[str, ...]) -> list[Scene]:
    """A matter that is due today, if today is a day on which anything falls due, and one that is overdue."""
    midnight = dt.datetime.combine(end.date(), dt.time(), end.tzinfo)
    spans = ((end, midnight + dt.timedelta(days=1)), (midnight - dt.timedelta(days=4), midnight))
    found = []
    for title, (low, high) in zip(titles, spans, strict=True):
        start = start_for(BY_TITLE[title], unit, low, high)
        if start is not None and start < end - dt.timedelta(hours=3):
            found.append(Scene("handling", start, BY_TITLE[title], unit, lead))
    return found


def working_before(world: World, end: dt.datetime, minutes: int) -> dt.datetime:
    """The latest moment from which so many minutes of office time pass until ``end``."""
    early, late = end - LOOK_BACK, end
    while late - early > dt.timedelta(minutes=1):
        middle = early + (late - early) / 2
        if world.calendar.minutes_between(middle, end) >= minutes:
            early = middle
        else:
            late = middle
    return early.replace(second=7, microsecond=0)


def start_for(topic: Topic, unit: UnitRow, low: dt.datetime, high: dt.datetime) -> dt.datetime | None:
    """When a matter must have come in, in office hours, to be due between two moments."""
    text = words(topic, unit, Random(0))  # noqa: S311 - only the class of the topic is wanted
    spoken = spoken_categories(f"{topic.title} {text}", limit=1)
    kind = category(spoken[0].category.code) if spoken else None
    for hours in range(3, int(LOOK_BACK.total_seconds() // 3600)):
        start = low - dt.timedelta(hours=hours)
        due_at, _ = due(
            clock="overall",
            grade=kind.grade if kind is not None else Grade.SMALL.value,
            category_code=kind.code if kind is not None else "",
            urgent=kind is not None and kind.urgent,
            start=start,
            day=start.date(),
        )
        if 8 <= start.hour < 18 and low <= due_at < high:
            return start
    return None


def play(world: World, scene: Scene, chance: Random) -> Life:
    """Take a matter as far as the scene says, and leave it there."""
    case = receive(world, chance=chance, channel=Channel.PHONE, unit=scene.unit, topic=scene.topic)
    if scene.ending == "registered":
        return
    yield world.office(chance, *QUICK)
    if scene.ending in {"returned", "arbitration"}:
        yield from give_back(world, case, twice=scene.ending == "arbitration")
        return
    lead = scene.lead.id if scene.lead is not None else world.suggested(case).organization_id
    helpers = (scene.helper.id,) if scene.helper is not None and scene.helper.id != lead else ()
    send(world, case, lead, helpers)
    if scene.ending == "dispatched":
        return
    yield world.office(chance, *QUICK)
    world.take(case, "sign", world.handler(case, lead))
    if scene.ending == "accepted":
        return
    yield world.office(chance, *QUICK)
    world.take(case, "begin", world.handler(case, lead), note=phrases.BEGUN[0])
    yield world.office(chance, *QUICK)
    yield from leave(world, case, scene)


def give_back(world: World, case: Case, *, twice: bool) -> Life:
    for turn, lead in enumerate(case.chance.sample(world.others(case, None), 2 if twice else 1)):
        send(world, case, lead, ())
        yield world.office(case.chance, *QUICK)
        step, note = ("dispute", phrases.STILL_NOT_OURS[0]) if turn else ("return", phrases.WRONG_UNIT[0])
        world.take(case, step, world.handler(case, lead), ground="not_on_list", note=note)
        yield world.office(case.chance, *QUICK)


def leave(world: World, case: Case, scene: Scene) -> Life:
    """The last steps of a scene, from handling on."""
    handler = world.handler(case)
    match scene.ending:
        case "extension":
            world.take(case, "ask_extension", handler, note=phrases.MORE_TIME[0], working_days=3)
        case "abnormal":
            reason, basis = phrases.CANNOT[1], phrases.CANNOT_BASIS[1]
            world.take(case, "ask_abnormal", handler, note=reason, basis=basis)
        case "paused":
            until = world.calendar.add_days(scene.start, 12)
            note = phrases.PAUSED[0]
            world.take(case, "pause", world.dispatcher(case), reason="materials", note=note, until=until)
        case "verifying" | "verified" | "reopening":
            finish(world, case)
            if scene.ending != "verifying":
                yield from see_off(world, case, again=scene.ending == "reopening")


def see_off(world: World, case: Case, *, again: bool) -> Life:
    yield world.office(case.chance, 20, 60)
    verify(world, case)
    if not again:
        return
    yield world.office(case.chance, *QUICK)
    world.take(case, "close", world.dispatcher(case), reply=case.topic.reply, reply_kind=ReplyKind.DONE)
    yield world.office(case.chance, 300, 500)
    world.take(case, "ask_reopening", None, code=case.code, note=case.chance.choice(phrases.UNHAPPY))


def instruction(world: World, to: OrganizationRow, answered: bool, chance: Random) -> Life:
    """A leader's task to an organisation, on a matter of its own if one is open; answered after a day or left open."""
    leader = world.staff.leaders[0]
    about = next((c for c in reversed(world.cases) if c.lead_id == to.id and world.facts(c).open), None)
    text = phrases.INSTRUCTIONS[0 if about else 2]
    title = about.topic.title if about else ""
    instruction_id = instruct(
        by=leader,
        organization_id=to.id,
        text=text.format(unit=to.short_name, title=title),
        due_at=world.calendar.add_days(world.now, 3),
        now=world.now,
        number=about.number if about else "",
    )
    if answered:
        yield world.office(chance, 300, 600)
        by = chance.choice(world.staff.handlers[to.id])
        text = chance.choice(phrases.ANSWERS)
        answer_instruction(instruction_id=instruction_id, by=by, text=text, now=world.now)
