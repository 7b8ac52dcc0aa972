"""Keeping the menus of services: loaded with a place, then kept by the units themselves."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.orders.models import OfferDay, ServiceOffer
from jishi.orders.queries.offers import own_organizations
from jishi.orders.rules.offers import OfferEntry, Terms, check_offers, check_terms
from jishi.organizations.queries import dispatchable, organization
from jishi.territory.queries import tree
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.loading import Counts, refuse_if_any

TAKE = Permission.TAKE_ORDERS


@transaction.atomic
def load_offers(*, entries: Sequence[OfferEntry], by: Actor, now: dt.datetime) -> Counts:
    """Add the services of a place file that were never there; the others are the units' own to keep.

    Raises LoadRefused with every bad line; then nothing changes. Organisations must be loaded before.
    """
    bodies = {body.code: body for body in dispatchable()}
    units = tree().by_code
    refuse_if_any(check_offers(entries, organization_codes=bodies, unit_codes=units))
    known = set(ServiceOffer.objects.exclude(code=None).values_list("code", flat=True))
    new = [entry for entry in entries if entry.code not in known]
    for entry in new:
        body = bodies[entry.organization]
        area_id = units[entry.area].id if entry.area else body.unit_id
        _added(check_terms(entry.terms), body.id, area_id, by, now, code=entry.code)
    return Counts(new=len(new), unchanged=len(entries) - len(new))


@transaction.atomic
def add_offer(*, organization_id: int, terms: Terms, by: Viewer, now: dt.datetime) -> int:
    """A unit adds a service to its menu, for the whole area of the unit; returns the id."""
    _check_own(organization_id, by)
    body = organization(organization_id)
    if body is None:
        raise NotFound("没有这个单位")
    return _added(check_terms(terms), body.id, body.unit_id, by, now)


def _check_own(organization_id: int, by: Viewer) -> None:
    by.check(TAKE)
    if organization_id not in own_organizations(by):
        raise Forbidden("只能维护本单位的服务菜单")


def _added(
    terms: Terms, organization_id: int, area_id: int, by: Actor, now: dt.datetime, code: str | None = None
) -> int:
    try:
        with transaction.atomic():
            offer = ServiceOffer.objects.create(
                organization_id=organization_id, area_id=area_id, code=code, valid_from=localdate(now), **asdict(terms)
            )
    except IntegrityError:
        raise Conflict(f"本单位已有一项“{terms.name}”", field="name") from None
    _note(offer.pk, "offer.add", by, now, name=terms.name, price_fen=terms.price_fen, organization=organization_id)
    return int(offer.pk)


@transaction.atomic
def change_offer(*, offer_id: int, terms: Terms, by: Viewer, now: dt.datetime) -> None:
    """Change what a service says. Orders placed before keep the price they were shown.

    Raises ``Invalid`` for fewer places than are taken.
    """
    held = _own_offer(offer_id, by)
    terms = check_terms(terms)
    if terms.at_once < held.taken:
        raise Invalid(f"正在办理{held.taken}单，不能低于这个数", field="at_once")
    today = localdate(now)
    busiest = OfferDay.objects.filter(offer=offer_id, day__gte=today).order_by("-taken").first()
    if busiest is not None and terms.per_day < busiest.taken:
        raise Invalid(f"{busiest.day.month}月{busiest.day.day}日已接{busiest.taken}单，不能低于这个数", field="per_day")
    changed = {name: value for name, value in asdict(terms).items() if getattr(held, name) != value}
    try:
        with transaction.atomic():
            ServiceOffer.objects.filter(pk=offer_id).update(**asdict(terms))
            OfferDay.objects.filter(offer=offer_id, day__gte=today).update(most=terms.per_day)
    except IntegrityError:
        raise Conflict(f"本单位已有一项“{terms.name}”", field="name") from None
    _note(offer_id, "offer.change", by, now, **changed)


@transaction.atomic
def stop_offer(*, offer_id: int, by: Viewer, now: dt.datetime) -> None:
    """Take a service off the menu; what was accepted is still served."""
    held = _own_offer(offer_id, by)
    ServiceOffer.objects.filter(pk=offer_id).update(valid_to=localdate(now))
    _note(offer_id, "offer.stop", by, now, name=held.name)


def _own_offer(offer_id: int, by: Viewer) -> ServiceOffer:
    """A live service of one's own unit, locked until the change is written."""
    by.check(TAKE)
    own = ServiceOffer.objects.select_for_update().filter(organization__in=own_organizations(by))
    held = own.filter(pk=offer_id, valid_to__isnull=True).first()
    if held is None:
        raise NotFound("本单位没有这项服务，或已停止提供")
    return held


def _note(offer_id: int, action: str, by: Actor, now: dt.datetime, **facts: Any) -> None:
    record(
        stream=f"offer:{offer_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject=f"服务{offer_id}",
        facts=facts,
        at=now,
    )
