"""What a resident orders and what a person hands in with a step: plain data, nothing decided yet."""

import datetime as dt
from dataclasses import dataclass

from jishi.orders.rules.vocabulary import DayPart, OrderChannel


@dataclass(frozen=True, slots=True)
class Wish:
    """An order as it is placed. ``price_fen`` is the price the resident was shown; another one today is refused."""

    channel: OrderChannel
    offer_id: int
    unit_id: int
    wished_on: dt.date
    price_fen: int
    part: DayPart = DayPart.ANY
    place: str = ""
    text: str = ""
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """Everything any step may be given. A step names the fields it needs; the others stay empty."""

    note: str = ""
    offer_id: int | None = None  # the service of the unit that is to take the order
    server: str = ""  # who comes, as the resident is told: 党员志愿者刘师傅
    solved: bool | None = None
    satisfied: int | None = None  # 1 很不满意 … 5 很满意


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody who has just ordered gets."""

    number: str
    code: str
    order_id: int
