"""How matters fare: each life takes real steps, waits, and goes on, until the moment the demo is built for."""

import datetime as dt
from collections.abc import Generator
from dataclasses import dataclass

from jishi.accounts.rules.viewer import Viewer
from jishi.demo import phrases
from jishi.demo.clock import Life
from jishi.demo.world import Case, World
from jishi.kernel.errors import DomainError
from jishi.matters.rules.vocabulary import Channel, ReplyKind

Answer = Generator[dt.datetime, None, bool]  # a stretch of a life that ends with yes or no
MISTAKEN = 0.2  # of the mergers turn out to be of two different things
WALKERS = frozenset({Channel.GRID, Channel.QUICK, Channel.VISIT})


@dataclass(frozen=True, slots=True)
class Fate:
    """What will happen to a matter besides being handled."""

    on_the_spot: bool = False
    returned: int = 0
    helpers: int = 0
    slow: bool = False
    rejected: bool = False
    paused: bool = False
    extension: str = ""  # "", "granted" or "refused"
    abnormal: str = ""
    commented: bool = False
    echoed: bool = False  # somebody else reports the same thing
    unhappy: bool = False


def draw_fate(case: Case) -> Fate:
    """Most matters go straight; every tenth or so meets one of the things that can happen."""
    chance = case.chance

    def happens(share: float) -> bool:
        return chance.random() < share

    return Fate(
        on_the_spot=happens(0.6) and case.topic.on_the_spot and case.channel in WALKERS,
        returned=chance.choices((0, 1, 2), (90, 8, 2))[0],
        helpers=chance.choices((0, 1, 2), (80, 14, 6))[0],
        slow=happens(0.13),
        rejected=happens(0.07),
        paused=happens(0.05),
        extension=chance.choices(("", "granted", "refused"), (93, 5, 2))[0],
        abnormal=chance.choices(("", "granted", "refused"), (96, 3, 1))[0],
        commented=happens(0.12),
        echoed=happens(0.03),
        unhappy=happens(0.06),
    )


def guarded(world: World, life: Life) -> Life:
    """A life that ends quietly where a rule says no, as people do when a button is gone; it is noted."""
    try:
        yield from life
    except DomainError as refusal:
        world.stumbled.append(refusal.message)


def whole_life(world: World, case: Case, fate: Fate) -> Life:
    """From the dispatcher's desk to the resident's rating."""
    if fate.on_the_spot:
        yield from settle(world, case)
    else:
        yield from dispatch(world, case, fate)
        if fate.commented:
            yield world.office(case.chance, 5, 60)
            note = case.chance.choice(phrases.COMMENTS)
            world.take(case, "comment", world.dispatcher(case), note=note)
        if (yield from handle(world, case, fate)):
            return
    yield from verify_and_close(world, case, fate)
    yield from afterwards(world, case, fate)


def settle(world: World, case: Case) -> Life:
    yield world.walk(case.chance, 3, 25)
    worker = world.staff.near(case.unit)[0]
    photos = world.picture(case.chance)
    case.hands.add(worker.person_id)
    world.take(
        case,
        "settle",
        worker,
        note=case.topic.done,
        photos=photos,
        reply=case.topic.reply,
        reply_kind=ReplyKind.DONE,
    )


def merge(world: World, case: Case, first: Case) -> Life:
    """Into the matter in which the same thing was reported first; by itself if that is closed by then."""
    yield world.office(case.chance, 5, 60)
    if world.facts(first).open:
        world.take(case, "merge", world.dispatcher(case), into=first.number, note="同一地点同一问题")
        if case.chance.random() < MISTAKEN:
            yield from part_again(world, case, first)
    else:
        yield from whole_life(world, case, Fate())


def part_again(world: World, case: Case, first: Case) -> Life:
    """It was not the same after all: the reporter gets back a matter of their own, if there is still time."""
    yield world.office(case.chance, 5, 60)
    if world.facts(first).open:
        world.take(case, "unmerge", world.dispatcher(case), note="现场核实不是同一处，恢复单独办理")
        yield from whole_life(world, case, Fate())


def dispatch(world: World, case: Case, fate: Fate) -> Life:
    """To the unit the duty list names; sometimes by a detour, at the worst by arbitration."""
    suggestion = world.suggested(case)
    right, chance = suggestion.organization_id, case.chance
    helpers = [id for id in suggestion.helper_ids if id in world.staff.handlers]
    helpers += [id for id in world.others(case, right) if id not in helpers]
    wanted = tuple(chance.sample(helpers[:6], min(fate.helpers, len(helpers))))
    wanted = tuple(id for id in wanted if id != right)
    wrong = chance.sample(world.others(case, right), fate.returned)
    yield world.wait(case, 4, 110)
    for turn, organization_id in enumerate(wrong):
        send(world, case, organization_id, ())
        yield world.wait(case, 20, 180)
        handler = world.handler(case, organization_id)
        step, notes = ("return", phrases.WRONG_UNIT) if turn == 0 else ("dispute", phrases.STILL_NOT_OURS)
        ground = chance.choice(sorted(world.handbook.return_grounds))
        world.take(case, step, handler, ground=ground, note=chance.choice(notes))
        yield world.wait(case, 15, 150)
    if len(wrong) == 2:
        decide(world, case, right, wanted)
    else:
        send(world, case, right, wanted)
    yield world.wait(case, 5, 200)
    world.take(case, "sign", world.handler(case, right))


def send(world: World, case: Case, lead_id: int, helper_ids: tuple[int, ...]) -> None:
    facts = world.facts(case)
    code = case.category_code if not facts.category_code else ""
    world.take(
        case,
        "dispatch",
        world.dispatcher(case),
        lead_id=lead_id,
        helper_ids=helper_ids,
        task=case.chance.choice(phrases.TASKS),
        category_code=code,
        grade=world.grade_for(facts.grade, lead_id),
    )
    case.lead_id, case.helper_ids = lead_id, helper_ids


def decide(world: World, case: Case, lead_id: int, helper_ids: tuple[int, ...]) -> None:
    """Arbitration; where the grade keeps the right unit out, the grade is put right first, with the reason."""
    dispatcher = world.dispatcher(case)
    grade = world.grade_for(world.facts(case).grade, lead_id)
    if grade is not None:
        world.take(case, "regrade", dispatcher, grade=grade, note="按职责清单核定")
    note = case.chance.choice(phrases.DECISION)
    world.take(case, "arbitrate", dispatcher, lead_id=lead_id, helper_ids=helper_ids, note=note)
    case.lead_id, case.helper_ids = lead_id, helper_ids


def handle(world: World, case: Case, fate: Fate) -> Answer:
    """The lead and the helpers at work; says whether the matter ended here (an abnormal closing)."""
    chance = case.chance
    yield world.wait(case, 5, 120)
    world.take(case, "begin", world.handler(case), note=chance.choice(phrases.BEGUN))
    if fate.paused:
        yield from pause(world, case)
    if fate.extension:
        yield from extend(world, case, granted=fate.extension == "granted")
    if fate.abnormal and (yield from give_up(world, case, granted=fate.abnormal == "granted")):
        return True
    for helper_id in case.helper_ids:
        yield world.wait(case, 30, 400)
        helper = world.handler(case, helper_id)
        case.hands.add(helper.person_id)
        world.take(case, "help_done", helper, note=chance.choice(phrases.HELPED))
    yield from work(world, case, slow=fate.slow)
    finish(world, case)
    return False


def work(world: World, case: Case, *, slow: bool) -> Life:
    """As long as the limits allow, or longer; who is late is urged."""
    facts, chance = world.facts(case), case.chance
    assert facts.due_at is not None
    assert facts.stage_due_at is not None
    nearer = min(facts.due_at, facts.stage_due_at)
    if facts.urgent:
        seconds = max(1800.0, ((facts.due_at if slow else nearer) - world.now).total_seconds())
        yield world.now + dt.timedelta(
            seconds=seconds * (chance.uniform(1.1, 1.8) if slow else chance.uniform(0.15, 0.8))
        )
    elif not slow:
        left = world.calendar.minutes_between(world.now, nearer)
        yield world.after_work(int(max(40, left) * chance.uniform(0.12, 0.9)))
    else:
        left = world.calendar.minutes_between(world.now, facts.due_at)
        yield world.after_work(max(40, left) + chance.randint(30, 700))
        world.take(case, "urge", world.dispatcher(case), note=chance.choice(phrases.URGED))
        yield world.office(chance, 60, 900)


def finish(world: World, case: Case) -> None:
    handler = world.handler(case)
    case.hands.add(handler.person_id)
    photos = world.picture(case.chance) if case.chance.random() < 0.25 else ()
    kind = ReplyKind.DONE if case.topic.outdoors else case.chance.choice((ReplyKind.DONE, ReplyKind.EXPLAINED))
    note, reply = case.topic.done, case.topic.reply
    world.take(case, "finish", handler, note=note, reply=reply, reply_kind=kind, photos=photos)


def pause(world: World, case: Case) -> Life:
    days = case.chance.randint(2, 12)
    until = world.calendar.add_days(world.now, days)
    reason = case.chance.choice(sorted(world.handbook.pause_reasons))
    note = case.chance.choice(phrases.PAUSED)
    world.take(case, "pause", world.dispatcher(case), reason=reason, note=note, until=until)
    if case.chance.random() < 0.4:
        yield world.after_work(days * 200)
        world.take(case, "resume", world.dispatcher(case), note=case.chance.choice(phrases.RESUMED))
    else:
        yield until + dt.timedelta(hours=1, minutes=5)  # the worker has ended the pause by then


def extend(world: World, case: Case, *, granted: bool) -> Life:
    if world.facts(case).urgent:
        return
    handler = world.handler(case)
    days = case.chance.randint(2, min(5, world.handbook.extension_max_working_days))
    note = case.chance.choice(phrases.MORE_TIME)
    world.take(case, "ask_extension", handler, note=note, working_days=days)
    yield world.office(case.chance, 20, 300)
    if granted:
        world.take(case, "grant_extension", world.dispatcher(case), note=phrases.GRANTED[0])
    else:
        world.take(case, "refuse_extension", world.dispatcher(case), note=phrases.REFUSED[0])


def give_up(world: World, case: Case, *, granted: bool) -> Answer:
    """An abnormal closing is asked for; says whether it was granted."""
    handler = world.handler(case)
    which = case.chance.randrange(len(phrases.CANNOT))
    reason, basis = phrases.CANNOT[which], phrases.CANNOT_BASIS[which]
    yield world.office(case.chance, 60, 500)
    world.take(case, "ask_abnormal", handler, note=reason, basis=basis)
    yield world.office(case.chance, 30, 300)
    dispatcher = world.dispatcher(case)
    if granted:
        kind = ReplyKind.CANNOT
        world.take(case, "grant_abnormal", dispatcher, reply=reason, reply_kind=kind, basis=basis)
    else:
        world.take(case, "refuse_abnormal", dispatcher, note=phrases.REFUSED[0])
    return granted


def verify_and_close(world: World, case: Case, fate: Fate) -> Life:
    chance = case.chance
    yield world.wait(case, 15, 420 if fate.slow else 190)
    if fate.rejected and not fate.on_the_spot:
        world.take(case, "reject", verifier(world, case)[0], note=chance.choice(phrases.NOT_DONE))
        yield world.wait(case, 120, 900)
        finish(world, case)
        yield world.wait(case, 15, 190)
    verify(world, case)
    yield world.wait(case, 10, 240)
    world.take(case, "close", world.dispatcher(case), reply=case.topic.reply, reply_kind=ReplyKind.DONE)


def verify(world: World, case: Case) -> None:
    """On the spot by somebody who had no hand in it, or by telephone by the dispatcher."""
    viewer, walks = verifier(world, case)
    if walks and case.chance.random() < 0.75:
        longitude, latitude = world.point_near(case.unit, case.chance)
        note, photos = case.chance.choice(phrases.ON_SITE), world.picture(case.chance)
        world.take(
            case,
            "verify",
            viewer,
            how="on_site",
            note=note,
            photos=photos,
            longitude=longitude,
            latitude=latitude,
        )
    else:
        world.take(case, "verify", viewer, how="by_phone", note=case.chance.choice(phrases.BY_PHONE))


def verifier(world: World, case: Case) -> tuple[Viewer, bool]:
    """Somebody near the place who did not work on it, or the dispatcher; and whether they go there."""
    for viewer in world.staff.near(case.unit):
        if viewer.person_id not in case.hands:
            return viewer, True
    return world.dispatcher(case), False


def afterwards(world: World, case: Case, fate: Fate) -> Life:
    """Some residents rate, some are called, a few are unhappy and ask again."""
    chance = case.chance
    if fate.unhappy:
        yield world.walk(chance, 300, 4000)
        world.take(case, "ask_reopening", None, code=case.code, note=chance.choice(phrases.UNHAPPY))
        yield world.office(chance, 30, 400)
        if chance.random() < 0.7:
            world.take(case, "reopen", world.dispatcher(case), note="情况属实，重新办理")
            yield from dispatch(world, case, Fate())
            yield from handle(world, case, Fate())
            yield from verify_and_close(world, case, Fate())
        else:
            world.take(case, "refuse_reopening", world.dispatcher(case), note=phrases.NO_REOPENING[0])
        return
    if chance.random() < 0.45:
        yield world.walk(chance, 60, 5000)
        rate(world, case, by=None)
    elif chance.random() < 0.4:
        yield world.office(chance, 300, 2000)
        rate(world, case, by=world.dispatcher(case))


def rate(world: World, case: Case, by: Viewer | None) -> None:
    satisfied = case.chance.choices((5, 4, 3, 2), (55, 30, 11, 4))[0]
    note = case.chance.choice(phrases.RATINGS)
    step, code = ("rate", case.code) if by is None else ("follow_up", "")
    world.take(case, step, by, code=code, solved=satisfied > 2, satisfied=satisfied, note=note)
