"""What a step changes in an order, as plain data. Actions write it down; nothing is decided there."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from jishi.orders.rules.facts import OfferFacts, OrderFacts
from jishi.orders.rules.given import Given
from jishi.orders.rules.stages import WORKING, Stage
from jishi.orders.rules.steps import Step


@dataclass(slots=True)
class Change:
    """The outcome of one step."""

    sets: dict[str, Any] = field(default_factory=dict)  # fields of the order, without the clock
    facts: dict[str, Any] = field(default_factory=dict)  # what the history line says besides the note
    note: str = ""
    takes_place: bool = False  # of the service it was sent to
    frees_place: bool = False  # no longer being served
    frees_day: bool = False  # will not be served on the day at all
    rates: bool = False


def effect_of(
    step: Step, facts: OrderFacts, given: Given, *, now: dt.datetime, office_id: int, offer: OfferFacts | None = None
) -> Change:
    """The change of a step that was found allowed. ``office_id`` is the community's office of today."""
    change = Change(note=given.note)
    working = facts.stage in WORKING
    if step.target is Stage.OFFERED:
        assert offer is not None  # check_taker asked for it
        change.sets = _to_unit(offer, now) | {"passed_by_id": facts.taker_id or facts.passed_by_id}
        instead = offer.name if offer.kind is not facts.kind else None
        change.facts = {"to": offer.organization_id, "offer": offer.id, "instead": instead}
    elif step.target is Stage.RETURNED:
        change.sets = _to_community(office_id) | {"passed_by_id": facts.taker_id, "returns": facts.returns + 1}
        change.facts = {"from": facts.taker_id}
    elif step.target is Stage.TAKEN:
        change.sets = {"accepted_at": now, "server": given.server}
        change.takes_place = True
    elif step.target is Stage.SERVED:
        change.sets = {"completed_at": now, "holder_id": office_id, "office_id": office_id}
    elif step.target is Stage.RATED:
        change.sets = {"closed_at": now, "holder_id": None}
        change.facts = {"solved": given.solved, "satisfied": given.satisfied}
        change.rates = True
    elif step.target is Stage.CANCELLED:
        change.sets = {"closed_at": now, "holder_id": None}
    change.frees_place = working and step.target not in WORKING
    change.frees_day = change.frees_place and step.target is not Stage.SERVED
    return change


def _to_unit(offer: OfferFacts, now: dt.datetime) -> dict[str, Any]:
    unit = offer.organization_id
    return {"taker_id": unit, "holder_id": unit, "taker_offer_id": offer.id, "dispatched_at": now, **_UNTOUCHED}


def _to_community(office_id: int) -> dict[str, Any]:
    return {"taker_id": None, "taker_offer_id": None, "holder_id": office_id, "office_id": office_id, **_UNTOUCHED}


_UNTOUCHED: dict[str, Any] = {"accepted_at": None, "server": ""}
