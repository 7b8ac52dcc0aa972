"""What the worker needs to tell people of a step."""

from dataclasses import dataclass

from jishi.orders.models import Step
from jishi.orders.queries.orders import area_path


@dataclass(frozen=True, slots=True)
class Told:
    step: str
    number: str
    service: str
    note: str
    path: str
    unit_ids: frozenset[int]  # the units the order is with, or was with until this step
    by_id: int | None


def told(order_id: int, seq: int) -> Told:
    """One step of an order, as it was written."""
    step = Step.objects.select_related("order").get(order=order_id, seq=seq)
    order = step.order
    named = {order.taker_id, step.facts.get("from"), step.facts.get("to")}
    return Told(
        step=step.name,
        number=order.number,
        service=order.service,
        note=step.note,
        path=area_path(vars(order)),
        unit_ids=frozenset(one for one in named if one is not None),
        by_id=step.by_id,
    )
