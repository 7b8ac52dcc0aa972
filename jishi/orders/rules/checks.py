"""May this person take this step now, with what was given? ``check_step`` says why not; ``can_step`` hides a button."""

import datetime as dt

from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from jishi.orders.rules.clocks import Limits
from jishi.orders.rules.facts import OfferFacts, OrderFacts
from jishi.orders.rules.given import Given, Wish
from jishi.orders.rules.prices import price_words
from jishi.orders.rules.steps import Holder, Step
from jishi.orders.rules.vocabulary import OrderChannel
from jishi.orders.rules.words import digits_of

NEEDED = {
    "note": "请填写说明",
    "offer_id": "请选择接单的单位和服务",
    "solved": "请选择问题是否解决",
    "satisfied": "请选择满意度",
}
OWN = "本单位人员不能点本单位的服务，请选择其他单位的服务"


def holding_grant(step: Step, facts: OrderFacts, viewer: Viewer) -> Grant | None:
    """The posting by which the person may take the step on this order, if any."""
    for grant in viewer.grants:
        if step.permission is None or not grant.allows(step.permission):
            continue
        if step.holder is Holder.COMMUNITY and grant.covers(facts.path):
            return grant
        if step.holder is Holder.UNIT and grant.organization_id is not None and grant.organization_id == facts.taker_id:
            return grant
    return None


def check_offered(step: Step, facts: OrderFacts, viewer: Viewer | None, *, knows_code: bool = False) -> None:
    """Raise unless the step exists for this order, at this moment, for this person; what is given is not looked at."""
    if step.holder is Holder.SYSTEM:
        raise Forbidden("这一步由系统按时办理")
    if step.holder is Holder.ORDERER:
        by_proxy = viewer is not None and viewer.person_id == facts.placed_by_id
        if not knows_code and not by_proxy:
            raise Forbidden(f"{step.label}只能由点单的居民本人，或当时代为点单的工作人员办理")
    elif viewer is None or holding_grant(step, facts, viewer) is None:
        raise Forbidden(f"您的岗位不能对这张单{step.label}")
    if facts.stage not in step.sources:
        raise Conflict(f"这张单目前是“{facts.stage.label}”，不能{step.label}。可能已有人办理，请刷新后再看。")


def can_step(step: Step, facts: OrderFacts, viewer: Viewer | None, *, knows_code: bool = False) -> bool:
    try:
        check_offered(step, facts, viewer, knows_code=knows_code)
    except DomainError:
        return False
    return True


def check_given(step: Step, given: Given) -> None:
    """Raise ``Invalid`` with the field for what is missing or too much."""
    for name in step.needs:
        if getattr(given, name) in (None, ""):
            raise Invalid(NEEDED[name], field=name)
    for name in ("note", "offer_id", "server", "solved", "satisfied"):
        if name not in step.needs + step.takes and getattr(given, name) not in (None, ""):
            raise Invalid(f"“{step.label}”不需要这一项", field=name)
    if len(given.note) > 500:
        raise Invalid("说明最多500个字", field="note")
    if len(given.server) > 40:
        raise Invalid("上门人员最多40个字", field="server")
    if given.satisfied is not None and not 1 <= given.satisfied <= 5:
        raise Invalid("满意度从1（很不满意）到5（很满意）", field="satisfied")


def check_taker(facts: OrderFacts, offer: OfferFacts | None, phone: str, note: str) -> None:
    """Raise unless the order may be sent to this service: another unit than the last, near, no dearer, not its own.

    A service of another kind than the resident ordered needs a reason, which the resident reads.
    """
    if offer is None:
        raise Invalid("没有这项服务，或已停止提供", field="offer_id")
    if not facts.path.startswith(offer.area_path):
        raise Invalid("这项服务不到居民所在的社区", field="offer_id")
    if offer.organization_id in (facts.passed_by_id, facts.taker_id):
        raise Invalid(f"“{offer.organization_name}”刚刚没有接这张单，请改派其他单位", field="offer_id")
    if offer.price_fen > facts.price_fen:
        shown = price_words(facts.price_fen)
        raise Invalid(f"价格高于居民点单时看到的（{shown}），请先与居民说定，重新点单", field="offer_id")
    if offer.kind is not facts.kind and not note:
        raise Invalid(f"居民点的是“{facts.kind.label}”，派另一类服务请写明理由，居民看得到", field="note")
    _check_not_its_own(offer, facts.placed_by_id, phone)


def _check_not_its_own(offer: OfferFacts, person_id: int | None, phone: str) -> None:
    if person_id in offer.staff_ids or (phone and digits_of(phone) in offer.staff_phones):
        raise Invalid(OWN, field="offer_id")


def check_wish(wish: Wish, *, offer: OfferFacts, path: str, by: Viewer | None, today: dt.date, limits: Limits) -> None:
    """Raise ``Invalid`` with the field for the first thing that stands against the order."""
    if not path.startswith(offer.area_path):
        raise Invalid("这项服务暂时不到您所在的社区", field="unit_id")
    if wish.price_fen != offer.price_fen:
        raise Conflict(f"价格已改为{price_words(offer.price_fen)}，请看清后重新提交")
    if wish.wished_on < today:
        raise Invalid("希望的日期已经过去", field="wished_on")
    if wish.wished_on > today + dt.timedelta(days=limits.book_days):
        raise Invalid(f"最早可提前{limits.book_days}天点单", field="wished_on")
    if wish.channel is not OrderChannel.DESK and not wish.phone:
        raise Invalid("请留下联系电话，上门前要与您联系", field="phone")
    if not wish.place:
        raise Invalid("请写明上门的地址", field="place")
    for name, most in (("place", 120), ("text", 1000), ("name", 60)):
        if len(getattr(wish, name)) > most:
            raise Invalid(f"最多{most}个字", field=name)
    _check_not_its_own(offer, by.person_id if by is not None else None, wish.phone)
