"""An approved plan takes effect: its grids are made, and homes, addresses, components and open matters go to them.

One transaction: either the community has its new grids with everything in them, or nothing has happened.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.queries import addresses
from jishi.addresses.queries.standing import standing_in
from jishi.flows import unit_changes
from jishi.flows.plan_telling import note
from jishi.flows.unit_changes import UnitsChanged
from jishi.planning import actions as planning
from jishi.planning import queries as plans
from jishi.planning.rules.blocks import Living
from jishi.planning.rules.plan import Proposal, check_today
from jishi.planning.rules.standing import Lived
from jishi.planning.rules.vocabulary import State
from jishi.registers.actions.grids import hand_over_households
from jishi.registers.queries.living import living_in
from jishi.territory.queries import subtree_ids, tree
from jishi.territory.rules.redrawing import Redrawn, standing


@dataclass(frozen=True, slots=True)
class Approved:
    """``changed`` is None where the grids stay as they are and only exceptions were approved."""

    plan_id: int
    exceptions: int
    changed: UnitsChanged | None


def approve_plan(*, plan_id: int, version: int, by: Viewer, now: dt.datetime) -> Approved:
    """Let a plan take effect today. Raises what ``planning.approve`` and ``unit_changes.redraw`` raise."""
    try:
        with transaction.atomic():
            done = _approve(plan_id, version, by, now)
            note(plan_id, State.APPROVED, now)
            return done
    finally:
        unit_changes.forget_places()  # after a rollback too


def _approve(plan_id: int, version: int, by: Viewer, now: dt.datetime) -> Approved:
    whole = planning.approve(plan_id=plan_id, version=version, by=by, now=now)
    community = whole.plan.community
    allowed = sum(bool(whole.by_number[one.grid].reason) for one in whole.after.grids if one.needs_reason)
    if all(whole.stays(grid.number) for grid in whole.grids):
        kept = {grid.number: grid.unit_id for grid in whole.grids if grid.unit_id is not None}
        planning.settle(whole=whole, became=kept, by=by, now=now)
        return Approved(plan_id, allowed, None)
    index = {grid.number: place for place, grid in enumerate(whole.grids)}
    houses = {one.address_id: one.grid for one in whole.blocks if one.address_id is not None}
    lying = {id: row.unit_id for id, row in addresses(houses).items()}
    shared = {one.present_id for one in whole.blocks} | {community.id}
    living = _living(whole, houses)
    check_today(whole, _lived(living))
    parts = _parts(whole, lying)
    same = standing(tree(), parts)
    changed = None
    if len(same) < len(parts):
        changed = unit_changes.redraw(
            community_id=community.id,
            parts=parts,
            addresses={id: index[number] for id, number in houses.items() if lying[id] in shared},
            rest={one.present_id or community.id: index[one.grid] for one in whole.blocks if one.address_id is None},
            by=by,
            now=now,
        )
        became = {grid.number: unit.id for grid, unit in zip(whole.grids, changed.parts, strict=True)}
    else:  # only people who were in no grid come into one
        became = {grid.number: same[place] for place, grid in enumerate(whole.grids)}
    # Nearly all are there by now, with their address; who is registered in one grid and lives in another is not.
    places = {home.household_id: became[number] for number, homes in living.items() for home in homes}
    hand_over_households(places=places, by=by, now=now)
    planning.settle(whole=whole, became=became, by=by, now=now)
    return Approved(plan_id, allowed, changed)


def _living(whole: Proposal, houses: Mapping[int, int]) -> dict[int, list[Living]]:
    """By number of grid: the households that live today in its buildings, or of its present grid without an address.
    Who came to a building the plan does not know goes with its ground and is not among them."""
    units = subtree_ids(whole.plan.community.id)
    lines = {row[0]: row[3] for row in standing_in(units)}
    lumps = {one.present_id: one.grid for one in whole.blocks if one.address_id is None}
    found: dict[int, list[Living]] = {}
    for home in (Living(*row) for row in living_in(units)):
        if home.address_id in lines:
            number = next((houses[up] for up in reversed(lines[home.address_id]) if up in houses), None)
        else:
            number = lumps.get(home.unit_id if home.unit_id in whole.plan.present else None)
        if number is not None:
            found.setdefault(number, []).append(home)
    return found


def _lived(living: Mapping[int, Sequence[Living]]) -> dict[int, Lived]:
    return {
        number: Lived(
            len(homes), sum(home.people for home in homes), tuple(home.people for home in homes if home.collective)
        )
        for number, homes in living.items()
    }


def _parts(whole: Proposal, lying: Mapping[int, int]) -> list[Redrawn]:
    """The grids of a plan as the units they are to become; ``lying`` tells in which unit each building lies today,
    which need not be the one its households are registered in."""
    takes, shapes = whole.takes(), _grounds(whole)
    shared = {one.present_id for one in whole.blocks}
    for one in whole.blocks:
        here = lying.get(one.address_id or 0)
        if here is not None and here in shared:
            takes[one.grid].setdefault(here, 0)
    return [
        Redrawn(grid.name, takes[grid.number] or _around(whole, grid.number), grid.unit_id, shapes[grid.number])
        for grid in whole.grids
    ]


def _around(whole: Proposal, number: int) -> dict[int, float]:
    """A grid of households that were in none takes its ground from the grid it lies beside."""
    inside = {place for place, one in enumerate(whole.blocks) if one.grid == number}
    for pair in whole.besides:
        for one, other in ((pair.one, pair.other), (pair.other, pair.one)):
            present = whole.blocks[other].present_id
            if one in inside and other not in inside and present is not None:
                return {present: 0}
    return {whole.plan.present[0]: 0} if whole.plan.present else {}


def _grounds(whole: Proposal) -> dict[int, Mapping[str, Any]]:
    """By number of grid: the ground of its blocks put together (GeoJSON)."""
    import shapely
    from shapely.geometry import mapping, shape

    cells = dict(plans.cells(whole.plan.id))
    found: dict[int, list[Any]] = {}
    for one in whole.blocks:
        found.setdefault(one.grid, []).append(shape(cells[one.number]))
    return {number: mapping(shapely.union_all(parts)) for number, parts in found.items()}
