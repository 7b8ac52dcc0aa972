"""The measures of a division of a community: sizes, one piece or several, shape, and who changes the grid worker."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from jishi.planning.rules.standard import Standard

G = TypeVar("G", bound=Hashable)  # what a grid is called by: its number in a plan, the id of a unit


@dataclass(frozen=True, slots=True)
class Piece:
    """A block as figures need it: ``load`` in households (see Standard.load), ``area`` in m², ``outer`` the length in
    m of its border that no other block has."""

    households: int
    people: int
    load: float
    area: float = 0.0
    outer: float = 0.0


@dataclass(frozen=True, slots=True)
class Beside:
    """Two blocks (by place in their list) that lie side by side; what cutting between them costs, and their common
    border in m."""

    one: int
    other: int
    weight: int = 1
    border: float = 0.0


@dataclass(frozen=True, slots=True)
class GridFigures(Generic[G]):
    """``pieces`` is 1 for a grid in one piece; ``compactness`` is Polsby–Popper, a circle is 1, None if unknown."""

    grid: G
    blocks: int
    households: int
    people: int
    load: float
    within: bool
    pieces: int
    compactness: float | None

    @property
    def needs_reason(self) -> bool:
        return not self.within or self.pieces > 1


@dataclass(frozen=True, slots=True)
class Figures(Generic[G]):
    """Of the whole division; ``cut`` is the weight of the neighbours it parts, ``split`` how many compounds small
    enough for one grid lie in several."""

    grids: tuple[GridFigures[G], ...]
    cut: int
    split: int

    @property
    def households(self) -> int:
        return sum(one.households for one in self.grids)

    @property
    def people(self) -> int:
        return sum(one.people for one in self.grids)

    @property
    def within(self) -> int:
        return sum(one.within for one in self.grids)

    @property
    def compactness(self) -> float | None:
        known = [one.compactness for one in self.grids if one.compactness is not None]
        return sum(known) / len(known) if known else None

    def of(self, grid: G) -> GridFigures[G] | None:
        return next((one for one in self.grids if one.grid == grid), None)


def figures(
    pieces: Sequence[Piece],
    besides: Sequence[Beside],
    grid_of: Sequence[G],
    standard: Standard,
    compounds: Sequence[str] = (),
) -> Figures[G]:
    """Measures of a division in which the block at place i is in ``grid_of[i]``; grids in the order they come up."""
    members: dict[G, list[int]] = {}
    for place, grid in enumerate(grid_of):
        members.setdefault(grid, []).append(place)
    joints = _pieces(len(pieces), besides, grid_of)
    edges = _edges(pieces, besides, grid_of)
    found = []
    for grid, places in members.items():
        inside = [pieces[place] for place in places]
        load = sum(one.load for one in inside)
        area, edge = sum(one.area for one in inside), edges[grid]
        compact = min(1.0, 4 * math.pi * area / edge**2) if area and edge else None
        found.append(
            GridFigures(
                grid,
                len(places),
                sum(one.households for one in inside),
                sum(one.people for one in inside),
                load,
                standard.allows(load),
                len({joints[place] for place in places}),
                compact,
            )
        )
    cut = sum(one.weight for one in besides if grid_of[one.one] != grid_of[one.other])
    return Figures(tuple(found), cut, _split(pieces, grid_of, compounds, standard))


def changing(pieces: Iterable[Piece], present: Sequence[int | None], after: Sequence[int | None]) -> int:
    """Households whose grid is another afterwards: each of them gets to know another grid worker. ``present`` and
    ``after`` are ids of units, None for no grid yet and for a new one."""
    return sum(
        piece.households
        for piece, was, becomes in zip(pieces, present, after, strict=True)
        if was is not None and was != becomes
    )


def keepers(held: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Which grid of a new division goes on as which present one.

    ``held`` gives for each new grid how many households it takes from each present one. Each present grid goes on as
    one new grid at most, so that the fewest households get a new grid: the biggest shares are matched first.
    """
    shares = [(-taken, new, unit) for new, takes in held.items() for unit, taken in takes.items()]
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, new, unit in sorted(shares):
        if new not in found and unit not in used:
            found[new] = unit
            used.add(unit)
    return found


def _pieces(number: int, besides: Iterable[Beside], grid_of: Sequence[G]) -> list[int]:
    """For every block a mark that the blocks joined with it inside its grid share."""
    above = list(range(number))

    def top(place: int) -> int:
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    for pair in besides:
        if grid_of[pair.one] == grid_of[pair.other]:
            above[top(pair.one)] = top(pair.other)
    return [top(place) for place in range(number)]


def _edges(pieces: Sequence[Piece], besides: Iterable[Beside], grid_of: Sequence[G]) -> Mapping[G, float]:
    found: dict[G, float] = defaultdict(float)
    for piece, grid in zip(pieces, grid_of, strict=True):
        found[grid] += piece.outer
    for pair in besides:
        one, other = grid_of[pair.one], grid_of[pair.other]
        if one != other:
            found[one] += pair.border
            found[other] += pair.border
    return found


def _split(pieces: Sequence[Piece], grid_of: Sequence[G], compounds: Sequence[str], standard: Standard) -> int:
    grids: dict[str, set[G]] = defaultdict(set)
    sizes: dict[str, int] = defaultdict(int)
    for place, compound in enumerate(compounds):
        if compound:
            grids[compound].add(grid_of[place])
            sizes[compound] += pieces[place].households
    return sum(len(found) > 1 and sizes[compound] <= standard.most for compound, found in grids.items())
