"""A plan takes effect: a named person lets it, and what it allows is kept with the grids it made."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.planning.actions.ledger import APPROVE, held, written
from jishi.planning.models import GridException, PlannedGrid
from jishi.planning.queries.plans import grids_of, proposal_of, row_of
from jishi.planning.rules.plan import Proposal, check_approval, check_open
from jishi.planning.rules.vocabulary import State
from jishi.territory.queries import successors


@transaction.atomic
def approve(*, plan_id: int, version: int, by: Viewer, now: dt.datetime) -> Proposal:
    """Mark a plan as approved; the caller makes its grids in the same transaction and then calls ``settle``.

    Raises Forbidden for whoever asked for it, Conflict if it or the grids have changed, Invalid while a grid off the
    standard has no reason.
    """
    found, row = held(plan_id, by, APPROVE)
    check_open(row, version)
    whole = proposal_of(row)
    check_approval(whole, by.person_id, [one.id for one in grids_of(row.community.id)])
    found.state = State.APPROVED.value
    found.decided_at, found.decided_by_id, found.decided_by = now, by.person_id, by.name
    found.version += 1
    found.save()
    written(plan_id, "approve", by, now, grids=len(whole.grids), moved=len(whole.moves), households=whole.changing)
    return Proposal(row_of(found), whole.grids, whole.blocks, whole.besides, whole.names)


@transaction.atomic
def settle(*, whole: Proposal, became: Mapping[int, int], by: Viewer, now: dt.datetime) -> None:
    """Note which unit (id) each grid (number) of an approved plan is now, and allow the exceptions it asked for."""
    day = localdate(now)
    stays = {grid.unit_id for grid in whole.grids if whole.stays(grid.number) and not grid.reason}
    looked_at = {*whole.plan.present, *became.values()} - stays
    GridException.objects.filter(unit_id__in=looked_at, valid_to__isnull=True).update(valid_to=day)
    for grid in PlannedGrid.objects.filter(plan_id=whole.plan.id, number__in=list(became)):
        grid.became_id = became[grid.number]
        grid.save(update_fields=["became"])
        measured = whole.after.of(grid.number)
        if grid.reason and measured is not None and measured.needs_reason:
            GridException.objects.create(
                unit_id=grid.became_id,
                reason=grid.reason,
                asked_by=grid.reason_by,
                approved_by_id=by.person_id,
                approved_by=by.name,
                approved_at=now,
                valid_from=day,
            )


@transaction.atomic
def follow_units(*, moves: Iterable[tuple[int, int]], now: dt.datetime) -> int:
    """Exceptions go on where a grid only got another name or parent (one former, one successor); how many did.

    A grid that was split or joined is another grid, and is to be looked at anew. Undecided plans stay: whoever opens
    one is told that the grids have changed.
    """
    day = localdate(now)
    pairs = list(moves)
    heirs = [heir for _, heir in pairs]
    followed = 0
    for former, heir in pairs:
        live = GridException.objects.filter(unit_id=former, valid_to__isnull=True).first()
        if live is None:
            continue
        GridException.objects.filter(pk=live.pk).update(valid_to=max(day, live.valid_from))
        if heirs.count(heir) > 1 or len(successors(former)) > 1:
            continue
        live.pk, live.unit_id, live.valid_from = None, heir, day
        live.save(force_insert=True)
        followed += 1
    return followed
