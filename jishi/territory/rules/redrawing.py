"""Planning the grids of a community anew: which end, which begin, and what each of the new ones comes from."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from jishi.kernel.errors import Conflict, Invalid
from jishi.territory.rules.codes import OFFICIAL_DEPTH, next_code
from jishi.territory.rules.succession import Begun, Cause, Draft, Origin, Plan, checked_name, live
from jishi.territory.rules.tree import Tree, UnitRow


@dataclass(frozen=True, slots=True)
class Redrawn:
    """One grid of the new division.

    ``formers`` are the ids of the present grids it takes ground or households from, with how many households of each
    (0: only ground). ``keeps`` is the one among them whose code and unfinished work it carries on; without it the grid
    gets the next free code. ``geometry`` is GeoJSON of its ground (WGS84); without it a sketch is made. ``children``
    are ids of units below its formers that fall to it; those nobody names go with the primary successor.
    """

    name: str
    formers: Mapping[int, float]
    keeps: int | None = None
    geometry: Mapping[str, Any] | None = None
    children: frozenset[int] = frozenset()


def plan_redraw(tree: Tree, community_id: int, parts: Sequence[Redrawn], *, kind: str = "") -> Plan:
    """The grids of a community become ``parts``; those that no part names stay as they are.

    ``kind`` is what the grids of a community are that had none yet. Raises Invalid for a division that makes no sense,
    Conflict if the community or a grid has ended or a community thought to have no grids has some.
    """
    community = live(tree, community_id)
    _check(tree, community, parts)
    stay = standing(tree, parts)
    if len(stay) == len(parts):
        raise Invalid("新的划分与现在的网格相同，没有需要重划的网格。")
    takers, claims = primary_takers(parts), _claims(parts)
    ended = sorted((tree.by_id[id] for id in claims if id not in stay.values()), key=lambda unit: unit.code)
    homes = {child: index for index, part in enumerate(parts) for child in part.children}
    draft = Draft(tree, Cause.REDRAW)
    draft.end(ended)
    own = {unit.code for unit in ended}
    for index, part in enumerate(parts):
        if index in stay:
            continue
        at = draft.begin(
            Begun(
                tree.by_id[part.keeps].code if part.keeps is not None else _fresh_code(community, draft.taken, own),
                checked_name(part.name),
                _kind(tree, part, kind),
                community.depth + 1,
                tuple(Origin(id, Cause.REDRAW, takers[id] == index, weight) for id, weight in part.formers.items()),
                parent=community.id,
                keeps_ground=part.geometry is None and len(part.formers) == 1 and claims[next(iter(part.formers))] == 1,
                geometry=part.geometry,
            )
        )
        for grid in sorted(ended, key=lambda unit: unit.id != part.keeps):
            for child in tree.children(grid.id):
                if homes.get(child.id, takers[grid.id]) == index:
                    draft.carry(child, at, grid.code)
    return draft.plan()


def standing(tree: Tree, parts: Sequence[Redrawn]) -> dict[int, int]:
    """Parts that are a present grid just as it is, by index, with its id: such a grid goes on without a change."""
    claims = _claims(parts)
    return {
        index: part.keeps
        for index, part in enumerate(parts)
        if part.keeps is not None
        and set(part.formers) == {part.keeps}
        and claims[part.keeps] == 1
        and tree.by_id[part.keeps].name == part.name.strip()
    }


def primary_takers(parts: Sequence[Redrawn]) -> dict[int, int]:
    """For each grid that is given up the index of the part that takes over what is unfinished: the one that keeps it,
    else the one that takes most of it, of equal ones the first."""
    found: dict[int, int] = {}
    for former in _claims(parts):
        takers = [index for index, part in enumerate(parts) if former in part.formers]
        keeper = next((index for index in takers if parts[index].keeps == former), None)
        most = max(takers, key=lambda index: parts[index].formers[former])
        found[former] = keeper if keeper is not None else most
    return found


def _claims(parts: Sequence[Redrawn]) -> Counter[int]:
    """How many parts take from each present grid."""
    return Counter(former for part in parts for former in part.formers)


def _fresh_code(community: UnitRow, taken: Collection[str], own: Collection[str]) -> str:
    """The next free code, never one of the grids that end: theirs go on only where it is said so."""
    return next_code(community.code, {*taken, *own})


def _kind(tree: Tree, part: Redrawn, kind: str) -> str:
    if part.keeps is not None:
        return tree.by_id[part.keeps].kind
    most = max(part.formers, key=lambda former: part.formers[former], default=None)
    return tree.by_id[most].kind if most is not None else kind


def _check(tree: Tree, community: UnitRow, parts: Sequence[Redrawn]) -> None:
    if community.depth != OFFICIAL_DEPTH:
        raise Invalid(f"“{community.name}”不是社区（村），不能重划网格。")
    if not parts:
        raise Invalid("重划后至少要有一个网格。")
    _check_formers(tree, community, parts)
    _check_names(tree, community, parts)
    kept = [part.keeps for part in parts if part.keeps is not None]
    if len(set(kept)) < len(kept):
        raise Invalid("一个现有网格只能由一个新网格沿用。", field="keeps")
    if any(not 0 <= weight < inf for part in parts for weight in part.formers.values()):
        raise Invalid("从现有网格划来的户数不能小于0。", field="formers")
    _check_children(tree, parts)


def _check_formers(tree: Tree, community: UnitRow, parts: Sequence[Redrawn]) -> None:
    for former in (live(tree, id) for part in parts for id in part.formers):
        if former.parent_id != community.id:
            raise Invalid(f"“{former.name}”不是“{community.name}”的网格。", field="formers")
    for part in parts:
        if part.keeps is not None and part.keeps not in part.formers:
            raise Invalid(f"“{part.name}”沿用的网格不在它的来源里。", field="keeps")
    if not tree.children(community.id):
        return
    if not any(part.formers for part in parts):
        raise Conflict(f"“{community.name}”已经有网格，可能刚刚有人划定，请刷新后再看。")
    without = next((part.name for part in parts if not part.formers), None)
    if without is not None:
        raise Invalid(f"没有写明“{without}”取自哪些网格。", field="formers")


def _check_names(tree: Tree, community: UnitRow, parts: Sequence[Redrawn]) -> None:
    claims = _claims(parts)
    names = [checked_name(part.name) for part in parts]
    names += [unit.name for unit in tree.children(community.id) if unit.id not in claims]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise Invalid(f"一个社区里不能有两个“{twice}”。", field="name")


def _check_children(tree: Tree, parts: Sequence[Redrawn]) -> None:
    given = Counter(child for part in parts for child in part.children)
    if any(count > 1 for count in given.values()):
        raise Invalid("一个下级单元只能归入一个网格。", field="children")
    for part in parts:
        for child in part.children:
            if live(tree, child).parent_id not in part.formers:
                raise Invalid(f"归入“{part.name}”的下级单元不在它的来源之下。", field="children")
