"""What becomes of components when units are split, merged, moved or redrawn and bodies become one."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import SYSTEM
from jishi.parts.actions.ledger import written
from jishi.parts.actions.lives import move
from jishi.parts.models import LIVE, Component
from jishi.territory.queries import Onward, onward, primary_successor
from jishi.territory.rules.actors import Actor


@transaction.atomic
def follow_units(
    *, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime, absorbed: Iterable[tuple[int, int]] = ()
) -> int:
    """Components of ended units lie in a successor now: in the one whose ground holds their point.

    ``moves`` are pairs of unit ids, former and the successor for what has no point or lies outside of them all; a unit
    that is its own successor shares out what lies in it itself among the units below it. ``absorbed`` are pairs of ids
    of bodies, one that ended and the one that answers in its stead. Returns how many moved.
    """
    _follow_bodies(absorbed, by, now)
    moved = 0
    for way in onward(moves):
        rows = list(Component.objects.filter(LIVE, unit=way.former_id))
        places = {row.pk: _home(row, way) for row in rows}
        leaving = [row for row in rows if places[row.pk] != row.unit_id]
        if not leaving:
            continue
        move(leaving, places, localdate(now))
        facts = {"unit": [way.former_id, way.heir_id]}
        written("parts", "components_follow", f"{len(leaving)}个部件", facts, by, now)
        moved += len(leaving)
    return moved


def _home(row: Component, way: Onward) -> int:
    here = way.at(row.longitude, row.latitude) if way.is_shared else None
    return here.id if here is not None else way.heir_id


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
