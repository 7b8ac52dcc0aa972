"""Towns for the grid planner: roads, blocks, compounds and villages, the same for the same seed.

Main roads cut the ground into blocks of 600 m. A block holds four to six compounds of high entrances, walk-up entrances
or old low houses, or, towards the edge of the town, villages of farmhouses. Units lie side by side where their Voronoi
cells touch; what lies in one compound belongs together more (8) than what lies in one block (3) or across a road (1).
"""

from dataclasses import dataclass, field

import numpy as np

from jishi.algorithms.districting import Graph, Problem, Standard, Units

BLOCK_M = 600.0
UNITS_PER_BLOCK = 180
LANE_M = 20.0
SAME_COMPOUND, SAME_BLOCK, ACROSS = 8, 3, 1


@dataclass(slots=True)
class _Plan:
    """What is built so far: positions, households, compound and block of the units."""

    xy: list[np.ndarray] = field(default_factory=list)
    households: list[np.ndarray] = field(default_factory=list)
    compound: list[np.ndarray] = field(default_factory=list)
    block: list[np.ndarray] = field(default_factory=list)
    compounds: int = 0

    def build(self, xy: np.ndarray, households: np.ndarray, block: int) -> None:
        self.xy.append(xy)
        self.households.append(households)
        self.compound.append(np.full(len(xy), self.compounds))
        self.block.append(np.full(len(xy), block))
        self.compounds += 1


def town(units: int, seed: int, standard: Standard | None = None) -> Problem:
    """A town of so many units (entrances and farmhouses) of 1–60 households."""
    random = np.random.default_rng((seed, units))
    side = int(np.ceil(np.sqrt(units / UNITS_PER_BLOCK)))
    corners = [(column * BLOCK_M, row * BLOCK_M) for column in range(side) for row in range(side)]
    shares = np.diff(np.linspace(0, units, side * side + 1).astype(int))
    plan = _Plan()
    middle = side * BLOCK_M / 2
    for block, (corner, share) in enumerate(zip(corners, shares, strict=True)):
        off = np.hypot(corner[0] + BLOCK_M / 2 - middle, corner[1] + BLOCK_M / 2 - middle) / middle
        rural = random.random() < np.clip((off - 0.6) * 1.2, 0, 0.9)
        (_villages if rural else _compounds)(plan, random, np.array(corner), int(share), block)
    return _problem(plan, side * BLOCK_M, standard or Standard())


def _villages(plan: _Plan, random: np.random.Generator, corner: np.ndarray, units: int, block: int) -> None:
    number = random.integers(1, 4)
    centres = random.uniform(80, BLOCK_M - 80, (number, 2))
    for centre, share in zip(centres, random.multinomial(units, np.full(number, 1 / number)), strict=True):
        houses = np.clip(centre + random.normal(0, 55, (share, 2)), 8, BLOCK_M - 8) + random.uniform(-3, 3, (share, 2))
        plan.build(houses + corner, random.integers(1, 4, share), block)


def _compounds(plan: _Plan, random: np.random.Generator, corner: np.ndarray, units: int, block: int) -> None:
    columns, rows = (2, 2) if random.random() < 0.6 else (2, 3)
    shares = random.multinomial(units, random.dirichlet(np.full(columns * rows, 4.0)))
    size = np.array([(BLOCK_M - 2 * LANE_M) / columns, (BLOCK_M - 2 * LANE_M) / rows])
    for place, share in enumerate(shares):
        low = corner + LANE_M + size * np.array(divmod(place, rows)) + 8
        plan.build(_rows(random, low, size - 16, int(share)), _entrances(random, int(share)), block)


def _rows(random: np.random.Generator, low: np.ndarray, size: np.ndarray, units: int) -> np.ndarray:
    """Entrances in rows that fill the compound."""
    across = max(1, int(np.ceil(np.sqrt(units * size[0] / size[1]))))
    down = max(1, int(np.ceil(units / across)))
    index = np.arange(units)
    spots = np.c_[(index % across + 0.5) * size[0] / across, (index // across + 0.5) * size[1] / down]
    return low + spots + random.normal(0, 2, (units, 2))


def _entrances(random: np.random.Generator, units: int) -> np.ndarray:
    """Households of the entrances of a compound: high-rise, walk-up of five to eight floors, or old and low."""
    kind = random.random()
    low, high = (28, 61) if kind < 0.25 else (10, 17) if kind < 0.8 else (2, 7)
    return random.integers(low, high, units)


def _problem(plan: _Plan, side_m: float, standard: Standard) -> Problem:
    from scipy.spatial import Voronoi

    xy = np.vstack(plan.xy)
    number = len(xy)
    points = np.vstack((xy, _fence(side_m, number)))
    cells = Voronoi(points)
    beside, ends = cells.ridge_points, np.array(cells.ridge_vertices)
    closed = (ends >= 0).all(axis=1)
    beside, ends = beside[closed], ends[closed]
    length = np.hypot(*(cells.vertices[ends[:, 0]] - cells.vertices[ends[:, 1]]).T)
    area, outer = np.zeros(number), np.zeros(number)
    for mine, other in (beside.T, beside[:, ::-1].T):
        own = mine < number
        to = cells.vertices[ends[own]] - points[mine[own]][:, None]
        triangle = np.abs(to[:, 0, 0] * to[:, 1, 1] - to[:, 0, 1] * to[:, 1, 0]) / 2
        area += np.bincount(mine[own], triangle, number)
        edge = own & (other >= number)
        outer += np.bincount(mine[edge], length[edge], number)
    inner = (beside < number).all(axis=1) & (length > 1e-6)
    pairs = beside[inner].astype(np.int64)
    compound, block = np.concatenate(plan.compound), np.concatenate(plan.block)
    same = [array[pairs[:, 0]] == array[pairs[:, 1]] for array in (compound, block)]
    weight = np.select(same, [SAME_COMPOUND, SAME_BLOCK], ACROSS)
    units = Units(np.concatenate(plan.households), compound=compound, xy=xy, area=area, outer=outer)
    return Problem(units, Graph.of_pairs(number, pairs, weight, length[inner]), standard)


def _fence(side_m: float, number: int) -> np.ndarray:
    """Points around the town that close the cells at its edge."""
    along = np.linspace(-60, side_m + 60, max(40, int(4 * np.sqrt(number))))
    low, high = np.full(len(along), -60.0), np.full(len(along), side_m + 60)
    return np.vstack((np.c_[along, low], np.c_[along, high], np.c_[low, along], np.c_[high, along]))
