"""The services of the little county of the cast, and shortcuts through the life of an order."""

import datetime as dt
from typing import Any

from jishi.orders.actions.placing import place_order
from jishi.orders.actions.steps import StepTaken, take_step
from jishi.orders.models import Order, ServiceOffer
from jishi.orders.rules.given import Given, Receipt, Wish
from jishi.orders.rules.vocabulary import OrderChannel
from tests.cast import NOW, SINCE, TODAY, Cast
from tests.matters.town import lay_down

PRICE = 2000
PHONE = "000-8888-0001"


def offer(organization: Any, area: Any, name: str, **more: Any) -> ServiceOffer:
    values = {"kind": "doorstep", "what": "上门服务", "price_fen": 0, "at_once": 2, "per_day": 3, "valid_from": SINCE}
    return ServiceOffer.objects.create(organization=organization, area=area, name=name, **(values | more))


def lay_out(cast: Cast) -> Cast:
    lay_down(cast)
    cast.repair = offer(cast.city_management, cast.county, "水电小修", price_fen=PRICE, price_note="材料费另计")
    cast.haircut = offer(cast.city_management, cast.county, "上门理发")
    cast.plumber = offer(cast.water, cast.county, "水管小修", price_fen=1500)
    return cast


def order(cast: Cast, **more: Any) -> Receipt:
    """A resident orders a repair for the day after tomorrow."""
    now, by = more.pop("now", NOW), more.pop("by", None)
    chosen = more.pop("offer", cast.repair)
    values = {
        "channel": OrderChannel.PAGE,
        "offer_id": chosen.pk,
        "unit_id": cast.community.pk,
        "wished_on": TODAY + dt.timedelta(days=2),
        "price_fen": chosen.price_fen,
        "place": "3栋201",
        "name": "刘奶奶",
        "phone": PHONE,
    }
    return place_order(wish=Wish(**(values | more)), by=by, now=now)


class Way:
    """One order on its way; each method takes a step as the person whose step it is."""

    def __init__(self, cast: Cast, receipt: Receipt, now: dt.datetime = NOW) -> None:
        self.cast, self.receipt, self.now = cast, receipt, now

    def take(self, step: str, who: Any = None, version: int | None = None, **given: Any) -> StepTaken:
        by = self.cast.viewer(who) if isinstance(who, str) else who
        code = self.receipt.code if by is None else ""
        return take_step(
            number=self.receipt.number, step=step, by=by, now=self.now, given=Given(**given), version=version, code=code
        )

    def wait(self, **span: int) -> "Way":
        self.now += dt.timedelta(**span)
        return self

    @property
    def row(self) -> Order:
        return Order.objects.get(pk=self.receipt.order_id)

    def to(self, stage: str) -> "Way":
        """Walk the straight way up to ``stage``."""
        straight = [
            ("placed", None, None, {}),
            ("offered", "dispatch", "zhou", {"offer_id": self.cast.repair.pk}),
            ("taken", "accept", "chen", {"server": "党员刘师傅"}),
            ("serving", "begin", "chen", {}),
            ("served", "complete", "chen", {"note": "水龙头已换"}),
            ("rated", "rate", None, {"solved": True, "satisfied": 5}),
        ]
        for reached, step, who, given in straight:
            if step is not None:
                self.take(step, who, **given)
            if reached == stage:
                return self
        raise LookupError(stage)


def begin(cast: Cast, **more: Any) -> Way:
    now = more.get("now", NOW)
    return Way(cast, order(cast, **more), now)


def at(cast: Cast, stage: str) -> Way:
    """An order standing at any stage, also beside the straight way."""
    way = begin(cast)
    if stage == "returned":
        way.to("offered").take("return", "chen", note="人手不够")
        return way
    if stage == "cancelled":
        way.take("cancel", "zhou", note="居民来电取消")
        return way
    return way.to(stage)
