"""Somebody orders a service: one order, one number, in the hands of the community of the place."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.kernel.errors import Forbidden, Invalid
from jishi.kernel.numbers import RANDOM_RANGE, make_number
from jishi.orders.actions.ledger import RESIDENT, Actor, append
from jishi.orders.models import Order, Orderer
from jishi.orders.queries.offers import OfferRow, facts_of_offer, offer
from jishi.orders.queries.orders import clock_sets, code_of, digest_of, limits_in_force
from jishi.orders.rules.checks import check_wish
from jishi.orders.rules.effects import Change
from jishi.orders.rules.given import Receipt, Wish
from jishi.orders.rules.numbers import prefix_of
from jishi.orders.rules.stages import Stage
from jishi.orders.rules.steps import PLACE
from jishi.orders.rules.vocabulary import OrderChannel
from jishi.orders.rules.words import clean, clean_phone
from jishi.organizations.queries import community_office_for
from jishi.territory.queries import UnitRow, area_ids, place, unit

DRAWS = 5  # of a day's numbers the same is drawn twice once in a very long time


def place_order(
    *, wish: Wish, by: Viewer | None, now: dt.datetime, digits: Callable[[int], int] = secrets.randbelow
) -> Receipt:
    """Place an order and give the receipt.

    ``by`` is who is logged in: at the desk and on the phone the community worker who writes it down, on the page
    perhaps somebody at work who orders for themselves. Raises ``Invalid`` with the field, ``Forbidden`` for a channel
    that needs a posting the person does not hold, ``Conflict`` if the price is no longer the one that was shown.
    """
    for draw in range(DRAWS):
        number = make_number(prefix_of(place().number_prefix), localdate(now), digits(RANDOM_RANGE))
        try:
            with transaction.atomic():
                return _place(wish, by, now, number)
        except IntegrityError:
            if draw + 1 == DRAWS or not Order.objects.filter(number=number).exists():
                raise
    raise AssertionError("the last draw returns or raises")


def _place(wish: Wish, by: Viewer | None, now: dt.datetime, number: str) -> Receipt:
    wish = _cleaned(wish)
    here, chosen = _unit_of(wish), _offer_of(wish)
    grant = _proxy_grant(wish, by, here)
    today = localdate(now)
    facts = facts_of_offer(chosen, today)
    check_wish(wish, offer=facts, path=here.path, by=by, today=today, limits=limits_in_force())
    proxy = by if grant is not None else None
    values = _values(wish, here, chosen, proxy, now)
    order = Order.objects.create(number=number, **values)
    code = code_of(number)
    digest = digest_of(number, code)
    Orderer.objects.create(order=order, name=wish.name, phone=wish.phone, code_digest=digest)
    actor = RESIDENT
    if proxy is not None and grant is not None:
        actor = Actor(proxy.person_id, proxy.name, grant.organization_id)
    change = Change(sets=values, facts={"channel": wish.channel.value, "offer": chosen.id})
    append(order.pk, number, 1, PLACE, "", Stage.PLACED.value, change, actor, now)
    return Receipt(number, code, order.pk)


def _cleaned(wish: Wish) -> Wish:
    return replace(
        wish, place=clean(wish.place), text=clean(wish.text), name=clean(wish.name), phone=clean_phone(wish.phone)
    )


def _unit_of(wish: Wish) -> UnitRow:
    here = unit(wish.unit_id)
    if here is None or community_office_for(here) is None:
        raise Invalid("请选择您所在的社区（村）", field="unit_id")
    return here


def _offer_of(wish: Wish) -> OfferRow:
    chosen = offer(wish.offer_id)
    if chosen is None:
        raise Invalid("没有这项服务，或已停止提供", field="offer_id")
    return chosen


def _proxy_grant(wish: Wish, by: Viewer | None, here: UnitRow) -> Grant | None:
    """The posting by which somebody at work orders for a resident; none for a resident's own order."""
    if wish.channel is OrderChannel.PAGE:
        return None
    if by is None:
        raise Forbidden("代点要由社区工作者登录后办理")
    by.check(Permission.DISPATCH_ORDERS)
    grant = next((one for one in by.having(Permission.DISPATCH_ORDERS) if one.covers(here.path)), None)
    if grant is None:
        raise Invalid("只能为本社区的居民代点", field="unit_id")
    return grant


def _values(wish: Wish, here: UnitRow, chosen: OfferRow, proxy: Viewer | None, now: dt.datetime) -> dict[str, Any]:
    office = community_office_for(here)
    assert office is not None  # _unit_of asked for it
    return {
        "channel": wish.channel.value,
        "offer_id": chosen.id,
        "service": chosen.name,
        "price_fen": chosen.price_fen,
        "price_note": chosen.price_note,
        "wished_on": wish.wished_on,
        "part": wish.part.value,
        "unit_id": here.id,
        **{f"area_{depth}": unit_id for depth, unit_id in enumerate(area_ids(here), start=1)},
        "place": wish.place,
        "text": wish.text,
        "stage": Stage.PLACED.value,
        "office_id": office.id,
        "holder_id": office.id,
        "placed_at": now,
        "placed_by_id": proxy.person_id if proxy is not None else None,
        **clock_sets(Stage.PLACED, now=now, wished_on=wish.wished_on),
    }
