"""Orders of services on the desks of the shown community and office: one at every stage, and one nobody accepted."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.demo import names
from jishi.demo.clock import Life
from jishi.demo.lives import guarded
from jishi.demo.showcase import QUICK, working_before
from jishi.demo.world import World
from jishi.orders.actions.placing import place_order
from jishi.orders.actions.steps import take_step
from jishi.orders.queries.offers import OfferRow, offers
from jishi.orders.rules.given import Given, Receipt, Wish
from jishi.orders.rules.vocabulary import DayPart, OrderChannel
from jishi.territory.queries import UnitRow

Digits = Callable[[int], int]
PAGE, DESK, PHONE = OrderChannel.PAGE, OrderChannel.DESK, OrderChannel.PHONE


@dataclass(frozen=True, slots=True)
class Scene:
    """One order: which service, how far it has come, how much office time ago it began. Minutes."""

    service: str
    ending: str
    ago: int
    channel: OrderChannel = PAGE


SCENES = (
    Scene("水电小修", "placed", 25),
    Scene("社保医保代办", "placed", 70, DESK),
    Scene("上门体检随访", "lapsed", 640),
    Scene("大件清运", "returned", 260),
    Scene("门前树枝修剪", "offered", 60),
    Scene("门前树枝修剪", "offered", 110, PHONE),
    Scene("门前树枝修剪", "taken", 240),
    Scene("门前树枝修剪", "serving", 330),
    Scene("水管小修", "serving", 300),
    Scene("用电安全检查", "served", 700),
    Scene("门前树枝修剪", "rated", 900),
    Scene("水电小修", "rated", 1300),
    Scene("家庭关系调解", "rated", 2100, DESK),
    Scene("法律咨询预约", "withdrawn", 520),
)
NOTES = {
    "return": "车辆检修，本周安排不开，请改派其他单位。",
    "complete": "已上门办完，居民当面确认。",
    "rate": "来得及时，办得仔细。",
    "withdraw": "孩子回来帮忙办好了。",
}
WALKING = (("taken", "accept"), ("serving", "begin"), ("served", "complete"), ("rated", "rate"))


def stage_orders(world: World, *, grid: UnitRow, end: dt.datetime, chance: Random, digits: Digits) -> None:
    """Put the orders on the clock."""
    for scene in SCENES:
        own = Random(chance.random())  # noqa: S311 - stories, not secrets
        start = working_before(world, end, scene.ago)
        world.clock.begin(start, guarded(world, play(world, scene, grid, own, digits)))


def play(world: World, scene: Scene, grid: UnitRow, chance: Random, digits: Digits) -> Life:
    """Take an order as far as the scene says, and leave it there."""
    chosen = next(row for row in offers(grid.path) if row.name == scene.service)
    community = next(world.staff.communities[id][0] for id in grid.line if id in world.staff.communities)
    receipt = place_order(
        wish=wish(world, scene, chosen, grid, chance),
        by=community if scene.channel is not PAGE else None,
        now=world.now,
        digits=digits,
    )
    if scene.ending == "placed":
        return
    yield world.office(chance, *QUICK)
    if scene.ending == "withdrawn":
        take(world, receipt, "withdraw", None, note=NOTES["withdraw"])
        return
    take(world, receipt, "dispatch", community, offer_id=chosen.id)
    if scene.ending in {"offered", "lapsed"}:
        return
    yield world.office(chance, *QUICK)
    handler = world.staff.handlers[chosen.organization_id][0]
    if scene.ending == "returned":
        take(world, receipt, "return", handler, note=NOTES["return"])
        return
    yield from serve(world, scene, receipt, handler, community, chance)


def serve(world: World, scene: Scene, receipt: Receipt, handler: Viewer, community: Viewer, chance: Random) -> Life:
    """The unit's steps, and the word of who ordered: their own, or written down by who ordered for them."""
    orderer = community if scene.channel is not PAGE else None
    given: dict[str, dict[str, Any]] = {
        "accept": {"server": f"党员志愿者{names.resident_name(chance)}"},
        "begin": {},
        "complete": {"note": NOTES["complete"]},
        "rate": {"solved": True, "satisfied": chance.choice((4, 5, 5)), "note": NOTES["rate"]},
    }
    for reached, step in WALKING:
        take(world, receipt, step, orderer if step == "rate" else handler, **given[step])
        if reached == scene.ending:
            return
        yield world.office(chance, 15, 90)


def wish(world: World, scene: Scene, chosen: OfferRow, grid: UnitRow, chance: Random) -> Wish:
    return Wish(
        channel=scene.channel,
        offer_id=chosen.id,
        unit_id=grid.id,
        wished_on=world.now.date() + dt.timedelta(days=chance.randint(1, 3)),
        price_fen=chosen.price_fen,
        part=chance.choice(list(DayPart)),
        place=f"{chance.randint(1, 18)}栋{chance.randint(1, 6)}0{chance.randint(1, 4)}",
        name=names.resident_name(chance),
        phone=names.phone(chance),
    )


def take(world: World, receipt: Receipt, step: str, by: Viewer | None, **given: Any) -> None:
    code = receipt.code if by is None else ""
    wanted = Given(**given)
    take_step(number=receipt.number, step=step, by=by, now=world.now, given=wanted, code=code)
