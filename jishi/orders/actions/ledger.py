"""Writing one step down: the order, its history line, the places it takes or frees, the audit line and the event."""

import datetime as dt
from dataclasses import dataclass

from jishi.audit.actions import record
from jishi.kernel.errors import Conflict
from jishi.kernel.replay import fingerprint, plain
from jishi.notices.actions import tell
from jishi.orders.actions.capacity import free_day, free_place, take_place
from jishi.orders.models import Order, Rating, Step
from jishi.orders.rules.effects import Change
from jishi.orders.rules.facts import OrderFacts
from jishi.orders.rules.stages import Stage

STEP_TAKEN = "order.step"  # the kind of event


@dataclass(frozen=True, slots=True)
class Actor:
    """Who took the step, as the history will say it for ever."""

    person_id: int | None
    name: str
    organization_id: int | None = None


SYSTEM = Actor(None, "系统")
RESIDENT = Actor(None, "居民")


def write_step(*, facts: OrderFacts, name: str, target: Stage, change: Change, actor: Actor, now: dt.datetime) -> int:
    """Write one step on the version in ``facts``; returns the new version.

    Of two people acting on the same version exactly one changes a row; the other gets ``Conflict`` and nothing of
    theirs is kept.
    """
    version = facts.version + 1
    sets = change.sets | {"stage": target.value}
    moved = Order.objects.filter(pk=facts.id, version=facts.version).update(version=version, **sets)
    if moved != 1:
        raise Conflict("刚刚有人先一步办理了这张单，请刷新后再看")
    _move_places(facts, change)
    if change.rates:
        _rate(facts.id, change, actor, now)
    source = facts.stage.value
    append(facts.id, facts.number, version, name, source, target.value, change, actor, now)
    return version


def _move_places(facts: OrderFacts, change: Change) -> None:
    if not (change.takes_place or change.frees_place):
        return
    assert facts.taker_offer_id is not None  # the database holds to it in these stages
    if change.takes_place:
        take_place(facts.taker_offer_id, facts.wished_on)
    if change.frees_place:
        free_place(facts.taker_offer_id)
    if change.frees_day:
        free_day(facts.taker_offer_id, facts.wished_on)


def _rate(order_id: int, change: Change, actor: Actor, now: dt.datetime) -> None:
    Rating.objects.create(
        order_id=order_id,
        solved=change.facts["solved"],
        satisfied=change.facts["satisfied"],
        comment=change.note,
        at=now,
        by_id=actor.person_id,
    )


def append(
    order_id: int, number: str, seq: int, name: str, source: str, target: str, change: Change, actor: Actor,
    now: dt.datetime,
) -> None:  # fmt: skip
    """One line of history with its audit line and its event, in the transaction of the step.

    The audit line keeps a fingerprint of the words, not the words: who reads it need not read what residents said.
    """
    step = Step.objects.create(
        order_id=order_id,
        seq=seq,
        name=name,
        source=source,
        target=target,
        at=now,
        by_id=actor.person_id,
        by_name=actor.name,
        organization_id=actor.organization_id,
        note=change.note,
        facts={key: value for key, value in change.facts.items() if value is not None},
        sets={field: plain(value) for field, value in change.sets.items() if field != "stage"},
    )
    about = {"number": number, "step": name, "seq": seq, "source": source, "target": target}
    record(
        stream=f"order:{order_id}",
        actor_id=actor.person_id,
        actor=actor.name,
        action=f"order.{name}",
        subject=number,
        facts=about | {"fields": sorted(step.sets), "content": fingerprint(vars(step))},
        at=now,
        first=seq == 1,
    )
    told = {"number": number, "step": name, "seq": seq, "by": actor.person_id}
    tell(kind=STEP_TAKEN, subject=f"order:{order_id}", facts=told, now=now)
