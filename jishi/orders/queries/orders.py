"""Orders as the rules, the pages and the programs read them; every read of a person at work is scoped here."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, Q, QuerySet

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import calendar
from jishi.kernel.errors import NotFound
from jishi.kernel.receipt_codes import code_digest, code_matches, derive_code
from jishi.orders.models import Order, Orderer, Rating, Step
from jishi.orders.queries.offers import own_organizations
from jishi.orders.rules import steps as table
from jishi.orders.rules.checks import can_step
from jishi.orders.rules.clocks import Limits, read_limits, wind
from jishi.orders.rules.facts import OrderFacts
from jishi.orders.rules.stages import CLOSED, OFFICIAL, QUEUE, WORKING, Stage
from jishi.orders.rules.vocabulary import ServiceKind
from jishi.orders.rules.words import masked
from jishi.territory.queries import formers, place, unit_at

SHOWN = 200  # rows of one lane
ROW_FIELDS = (
    "id", "number", "channel", "service", "price_fen", "price_note", "wished_on", "part", "unit_id", "unit__name",
    "place", "text", "stage", "version", "taker_id", "taker__name", "holder__name", "server", "returns",
    "passed_by__name", "placed_at", "accepted_at", "completed_at", "closed_at", "due_at", "due_reason",
    "orderer__name", "orderer__phone",
)  # fmt: skip
LANES: dict[str, frozenset[Stage]] = {
    "queue": QUEUE,
    "offered": frozenset({Stage.OFFERED}),
    "working": WORKING,
    "served": frozenset({Stage.SERVED}),
    "closed": CLOSED,
}


def area_path(row: Mapping[str, Any]) -> str:
    """The guarded path of today's units the order lies in."""
    ids = (row[f"area_{depth}"] for depth in range(1, 6))
    return unit_at("".join(f"{unit_id}/" for unit_id in ids if unit_id is not None)).path


def limits_in_force() -> Limits:
    return read_limits(place().content)


def clock_sets(stage: Stage, *, now: dt.datetime, wished_on: dt.date) -> dict[str, Any]:
    """The due time of a stage that begins now, as the fields of an order."""
    due_at, reason = wind(stage, now=now, wished_on=wished_on, calendar=calendar(), limits=limits_in_force())
    return {"due_at": due_at, "due_reason": reason}


def facts_for_step(number: str) -> OrderFacts | None:
    """An order as the checks see it."""
    row = Order.objects.filter(number=number).annotate(kind=F("offer__kind")).values().first()
    return facts_of(row) if row is not None else None


def facts_of(row: Mapping[str, Any]) -> OrderFacts:
    plain = {name: row[name] for name in OrderFacts.__dataclass_fields__ if name not in ("stage", "path", "kind")}
    return OrderFacts(**plain, stage=Stage(row["stage"]), path=area_path(row), kind=ServiceKind(row["kind"]))


def code_of(number: str) -> str:
    """The code to print on the receipt; it follows from the number and the first of the deployment's receipt keys."""
    return derive_code(number, settings.RECEIPT_KEYS[0])


def digest_of(number: str, code: str) -> str:
    """What is kept of the code of a new receipt."""
    return code_digest(code, number, settings.RECEIPT_KEYS[0])


def orderer_knows(number: str, code: str) -> bool:
    """Whether ``code`` is the one printed on the receipt of this order."""
    digest = Orderer.objects.filter(order__number=number).values_list("code_digest", flat=True).first()
    return digest is not None and code_matches(code, number, digest, settings.RECEIPT_KEYS)


def phone_of(order_id: int) -> str:
    """For the checks alone: whether it is the number of somebody of the unit."""
    return Orderer.objects.values_list("phone", flat=True).get(order=order_id)


def visible(viewer: Viewer) -> QuerySet[Order]:
    """Orders of the communities a viewer works for, and those sent to the viewer's units."""
    return _of_units(viewer) | _of_communities(viewer)


def hall(viewer: Viewer, lane: str) -> list[dict[str, Any]]:
    """One lane of the community's order hall: what came back stands on top, then what is due first."""
    viewer.check(Permission.DISPATCH_ORDERS)
    return _lane(_of_communities(viewer), lane)


def queue(viewer: Viewer, lane: str) -> list[dict[str, Any]]:
    """One lane of what was sent to the viewer's units."""
    viewer.check(Permission.TAKE_ORDERS)
    return _lane(_of_units(viewer), lane)


def hall_counts(viewer: Viewer) -> dict[str, int]:
    return _counts(_of_communities(viewer))


def queue_counts(viewer: Viewer) -> dict[str, int]:
    return _counts(_of_units(viewer))


def _of_units(viewer: Viewer) -> QuerySet[Order]:
    return Order.objects.filter(taker__in=own_organizations(viewer))


def _of_communities(viewer: Viewer) -> QuerySet[Order]:
    scope = Q(pk__in=[])
    for grant in viewer.having(Permission.DISPATCH_ORDERS):
        scope |= Q(**{f"area_{grant.depth}__in": [grant.unit_id, *formers(grant.unit_id)]})
    return Order.objects.filter(scope)


def _counts(orders: QuerySet[Order]) -> dict[str, int]:
    return {lane: orders.filter(stage__in=stages).count() for lane, stages in LANES.items() if lane != "closed"}


def _lane(orders: QuerySet[Order], lane: str) -> list[dict[str, Any]]:
    found = orders.filter(stage__in=LANES[lane])
    ways = {"queue": ("-returns", "due_at"), "served": ("-completed_at",), "closed": ("-closed_at",)}
    return [_masked(row) for row in found.order_by(*ways.get(lane, ("due_at",)), "id").values(*ROW_FIELDS)[:SHOWN]]


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    """A row for a list: the stage as a word of the code, the telephone not to be called."""
    return row | {"stage": Stage(row["stage"]), "orderer__phone": masked(row["orderer__phone"])}


@dataclass(frozen=True, slots=True)
class Detail:
    """One order for somebody at work. The telephone is whole only for who sends it and who comes."""

    order: Mapping[str, Any]
    facts: OrderFacts
    history: list[Mapping[str, Any]]
    rating: Mapping[str, Any] | None
    steps: list[table.Step]
    may_call: bool


def detail(viewer: Viewer, number: str) -> Detail:
    """Raises ``NotFound`` for an order the viewer may not know of."""
    viewer.check(Permission.READ_ORDERS)
    row = visible(viewer).filter(number=number).values(*ROW_FIELDS).first()
    facts = facts_for_step(number) if row is not None else None
    if row is None or facts is None:
        raise NotFound("没有找到这张单，或不在您的办理范围内")
    may_call = may_call_orderer(viewer, facts)
    return Detail(
        order=row | {"stage": facts.stage} if may_call else _masked(row),
        facts=facts,
        history=_history(facts.id),
        rating=Rating.objects.filter(order=facts.id).values("solved", "satisfied", "comment").first(),
        steps=[step for step in table.STEPS.values() if can_step(step, facts, viewer)],
        may_call=may_call,
    )


def may_call_orderer(viewer: Viewer, facts: OrderFacts) -> bool:
    """Who sends the order, and who has accepted it and has not served it yet."""
    if any(grant.covers(facts.path) for grant in viewer.having(Permission.DISPATCH_ORDERS)):
        return True
    return facts.stage in WORKING and facts.taker_id in own_organizations(viewer)


def _history(order_id: int) -> list[Mapping[str, Any]]:
    lines = Step.objects.filter(order=order_id).order_by("seq")
    fields = ("seq", "name", "source", "target", "at", "by_name", "organization__name", "note", "facts")
    return [line | {"label": table.PAST_LABELS[line["name"]]} for line in lines.values(*fields)]


@dataclass(frozen=True, slots=True)
class Progress:
    """What anybody holding a number sees: never who ordered, nor the address."""

    number: str
    service: str
    price_fen: int
    price_note: str
    stage: Stage
    official: int | None  # place among the five official stages; none for a cancelled order
    community: str
    unit_name: str
    server: str
    wished_on: dt.date
    part: str
    placed_at: dt.datetime
    due_at: dt.datetime | None
    due_reason: str
    lines: list[Mapping[str, Any]]
    may_rate: bool
    may_withdraw: bool
    rating: Mapping[str, Any] | None


def receipt(number: str) -> Progress:
    """The progress of one order by its number. Raises ``NotFound``."""
    row = Order.objects.filter(number=number).values(*ROW_FIELDS, "office__name").first()
    if row is None:
        raise NotFound("没有找到这个点单编号，请核对后再试")
    stage = Stage(row["stage"])
    official = next((n for n, stages in enumerate(OFFICIAL.values()) if stage in stages), None)
    same = ("number", "service", "price_fen", "price_note", "server", "wished_on", "part", "placed_at", "due_at")
    return Progress(
        **{name: row[name] for name in same},
        stage=stage,
        official=official,
        community=row["office__name"],
        unit_name=row["taker__name"] or "",
        due_reason=row["due_reason"],
        lines=_public_lines(row["id"]),
        may_rate=stage in table.STEPS["rate"].sources,
        may_withdraw=stage in table.STEPS["withdraw"].sources,
        rating=Rating.objects.filter(order=row["id"]).values("solved", "satisfied", "comment").first(),
    )


def _public_lines(order_id: int) -> list[Mapping[str, Any]]:
    """The history without names; notes only of the steps that speak to the resident, and why another kind is sent."""
    told = {name for name, step in table.STEPS.items() if step.told}
    return [
        {
            "name": line["name"],
            "label": line["label"],
            "at": line["at"],
            "organization": line["organization__name"] or "",
            "note": _sent_instead(line) or (line["note"] if line["name"] in told else ""),
        }
        for line in _history(order_id)
    ]


def _sent_instead(line: Mapping[str, Any]) -> str:
    service = line["facts"].get("instead")
    return f"派了另一类服务“{service}”，理由：{line['note']}" if service else ""
