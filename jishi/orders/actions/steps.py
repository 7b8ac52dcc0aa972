"""Taking a step on an order: look, check, work out the change, write it down. One function for every step."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.orders.actions.ledger import RESIDENT, Actor, write_step
from jishi.orders.queries.offers import facts_of_offer, offer
from jishi.orders.queries.orders import clock_sets, facts_for_step, orderer_knows, phone_of, visible
from jishi.orders.rules.checks import check_given, check_offered, check_taker, holding_grant
from jishi.orders.rules.effects import effect_of
from jishi.orders.rules.facts import OfferFacts, OrderFacts
from jishi.orders.rules.given import Given
from jishi.orders.rules.stages import WORKING, Stage
from jishi.orders.rules.steps import STEPS, Holder, Step
from jishi.organizations.queries import community_office_for
from jishi.territory.queries import unit_at


@dataclass(frozen=True, slots=True)
class StepTaken:
    number: str
    step: str
    stage: Stage
    version: int


@transaction.atomic
def take_step(
    *,
    number: str,
    step: str,
    by: Viewer | None,
    now: dt.datetime,
    given: Given | None = None,
    version: int | None = None,
    code: str = "",
) -> StepTaken:
    """Take one named step on an order.

    ``by`` is the person at work, or None for the resident who shows the ``code`` of the receipt. ``version`` is the
    one the person was looking at. Raises ``NotFound`` for an order the person may not know of, ``Forbidden``,
    ``Invalid`` (with the field) and ``Conflict``.
    """
    given = given or Given()
    wanted = STEPS.get(step)
    if wanted is None or wanted.holder is Holder.SYSTEM:
        raise Invalid("没有这个步骤", field="step")
    facts = facts_for_step(number)
    knows = by is None and facts is not None and orderer_knows(number, code)
    if facts is None or not (knows or (by is not None and visible(by).filter(pk=facts.id).exists())):
        raise NotFound("没有找到这张单，或不在您的办理范围内")
    if version is not None and version != facts.version:
        raise Conflict("您打开页面之后，已有人办理过这张单，请刷新后再看")
    check_offered(wanted, facts, by, knows_code=knows)
    check_given(wanted, given)
    taker = _taker(wanted, facts, given, now)
    return advance(facts=facts, step=wanted, given=given, actor=_actor(wanted, facts, by), now=now, taker=taker)


def _taker(step: Step, facts: OrderFacts, given: Given, now: dt.datetime) -> OfferFacts | None:
    """The service the order is sent to, found fit."""
    if step.target is not Stage.OFFERED:
        return None
    row = offer(given.offer_id) if given.offer_id is not None else None
    taker = facts_of_offer(row, localdate(now)) if row is not None else None
    check_taker(facts, taker, phone_of(facts.id), given.note)
    return taker


def _actor(step: Step, facts: OrderFacts, by: Viewer | None) -> Actor:
    if by is None:
        return RESIDENT
    grant = holding_grant(step, facts, by)
    return Actor(by.person_id, by.name, grant.organization_id if grant else None)


def advance(
    *, facts: OrderFacts, step: Step, given: Given, actor: Actor, now: dt.datetime, taker: OfferFacts | None = None
) -> StepTaken:
    """Write a step that was already found allowed."""
    office = community_office_for(unit_at(facts.path))
    if office is None:
        raise NotFound("这个地方没有社区（村）两委，请管理员先装载组织机构")
    change = effect_of(step, facts, given, now=now, office_id=office.id, offer=taker)
    if not (step.target in WORKING and facts.stage in WORKING):  # 接单 and 办理 share one clock
        change.sets |= clock_sets(step.target, now=now, wished_on=facts.wished_on)
    version = write_step(facts=facts, name=step.name, target=step.target, change=change, actor=actor, now=now)
    return StepTaken(facts.number, step.name, step.target, version)
