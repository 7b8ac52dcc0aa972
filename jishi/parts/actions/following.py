"""What becomes of components when units are split, merged or moved and bodies become one."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import SYSTEM
from jishi.parts.actions.ledger import written
from jishi.parts.actions.lives import move
from jishi.parts.models import LIVE, Component
from jishi.territory.queries import UnitRow, forget_cache, locate, primary_successor, successors
from jishi.territory.rules.actors import Actor


@transaction.atomic
def follow_units(
    *, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime, absorbed: Iterable[tuple[int, int]] = ()
) -> int:
    """Components of ended units lie in a successor now: in the one whose ground holds their point.

    ``moves`` are pairs of unit ids, former and the successor for what has no point or lies outside of them all;
    ``absorbed`` pairs of ids of bodies, one that ended and the one that answers in its stead. Returns how many moved.
    """
    forget_cache()  # the grounds as this transaction has just left them
    _follow_bodies(absorbed, by, now)
    moved = 0
    for former, heir in moves:
        rows = list(Component.objects.filter(LIVE, unit=former))
        if not rows:
            continue
        move(rows, _homes(rows, heir, successors(former)), localdate(now))
        written("parts", "components_follow", f"{len(rows)}个部件", {"unit": [former, heir]}, by, now)
        moved += len(rows)
    return moved


def _homes(rows: Sequence[Component], heir: int, parts: Sequence[UnitRow]) -> Mapping[int, int]:
    """The new unit of each component by its id."""
    if len(parts) < 2:
        return dict.fromkeys((row.pk for row in rows), heir)
    return {row.pk: _home(row, heir, parts) for row in rows}


def _home(row: Component, heir: int, parts: Sequence[UnitRow]) -> int:
    if row.longitude is None or row.latitude is None:
        return heir
    here = locate(row.longitude, row.latitude)
    return here.id if here is not None and any(here.is_within(part) for part in parts) else heir


def follow_ended_units(*, now: dt.datetime) -> int:
    """Components still in a unit that has ended go to its successors; returns how many moved.

    One that was entered in the very moment of a change may miss it; the worker's next round catches it.
    """
    left = Component.objects.filter(LIVE, unit__valid_to__isnull=False)
    heirs = {
        former: primary_successor(former) for former in left.order_by().values_list("unit_id", flat=True).distinct()
    }
    moves = [(former, heir.id) for former, heir in heirs.items() if heir is not None and heir.id != former]
    return follow_units(moves=moves, by=SYSTEM, now=now) if moves else 0


def _follow_bodies(absorbed: Iterable[tuple[int, int]], by: Actor, now: dt.datetime) -> None:
    for former, heir in absorbed:
        count = sum(
            Component.objects.filter(LIVE, **{role: former}).update(**{f"{role}_id": heir})
            for role in ("authority", "owner", "keeper")
        )
        if count:
            written("parts", "components_follow", f"{count}个部件", {"body": [former, heir]}, by, now)
