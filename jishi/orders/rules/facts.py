"""An order and a service as the rules see them."""

import datetime as dt
from dataclasses import dataclass

from jishi.orders.rules.stages import Stage
from jishi.orders.rules.vocabulary import ServiceKind


@dataclass(frozen=True, slots=True)
class OrderFacts:
    id: int
    number: str
    stage: Stage
    version: int
    path: str  # of today's unit the order lies in: what postings are compared with
    offer_id: int
    kind: ServiceKind  # of the service that was ordered
    price_fen: int
    wished_on: dt.date
    taker_id: int | None  # the unit it was sent to
    taker_offer_id: int | None  # the service of that unit
    passed_by_id: int | None  # the unit that last gave it back or let it lapse
    returns: int
    placed_by_id: int | None
    due_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """A service on offer today, and whose people and numbers must not order it."""

    id: int
    organization_id: int
    organization_name: str
    area_path: str
    kind: ServiceKind
    name: str
    price_fen: int
    staff_ids: frozenset[int] = frozenset()
    staff_phones: frozenset[str] = frozenset()
