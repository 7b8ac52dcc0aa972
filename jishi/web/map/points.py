"""Points in a tile: each by itself, or counted by cells where they are too many to be told apart."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.kernel.tiles import EXTENT, Tile, mercator
from jishi.kernel.vector_tiles import layer, point

MOST = 4_000  # points a tile holds; of more only the counts are told
ACROSS = 8  # cells across a tile, each as wide as the largest circle a count is drawn in
COUNTED = ("n", "pressing")

Placed = tuple[int, int, int, int]  # x and y in the tile, how many, how many of them are pressing
Row = Sequence[Any]  # id, longitude, latitude, then a value for each key of the layer


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts of the whole county by small cells, from west to east in the square of the world (kernel.tiles)."""

    right: "array[float]"
    down: "array[float]"
    n: "array[int]"
    pressing: "array[int]"

    def inside(self, tile: Tile) -> Iterator[Placed]:
        """The cells whose middle lies in a tile; each lies in exactly one of every zoom."""
        wide = 1 << tile.z
        first = bisect_left(self.right, tile.x / wide)
        behind = bisect_right(self.right, (tile.x + 1) / wide)
        for place in range(first, behind):
            x, y = self.right[place] * wide - tile.x, self.down[place] * wide - tile.y
            if 0 <= x < 1 and 0 <= y < 1:
                yield int(x * EXTENT), int(y * EXTENT), self.n[place], self.pressing[place]


def cells_of(counted: Iterable[tuple[float, float, int, int]]) -> Cells:
    """Cells from the longitude and latitude of their middle and their counts."""
    rows = sorted((*mercator(longitude, latitude), n, pressing) for longitude, latitude, n, pressing in counted)
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    right, down, n, pressing = columns
    return Cells(array("d", right), array("d", down), array("q", n), array("q", pressing))


def point_layer(name: str, keys: Sequence[str], tile: Tile, rows: Iterable[Row]) -> bytes:
    """The rows whose point lies in the tile; if they are more than a tile holds, their counts.

    The last value of a row of matters says whether it is pressing; other layers have nothing that is.
    """
    placed = [(row, spot) for row in rows if (spot := tile.spot(row[1], row[2])) is not None]
    if len(placed) > MOST:
        return cluster_layer(name, ((x, y, 1, int(row[-1] is True)) for row, (x, y) in placed))
    return layer(name, keys, ((row[0], point(x, y), row[3:]) for row, (x, y) in placed))


def cluster_layer(name: str, placed: Iterable[Placed]) -> bytes:
    """One point for every cell that has any, in the middle of what it counts."""
    cells: dict[tuple[int, int], list[int]] = {}
    wide = EXTENT // ACROSS
    for x, y, n, pressing in placed:
        cell = cells.setdefault((x // wide, y // wide), [0, 0, 0, 0])
        cell[0] += n
        cell[1] += pressing
        cell[2] += n * x
        cell[3] += n * y
    features = ((0, point(x // n, y // n), (n, pressing)) for n, pressing, x, y in cells.values())
    return layer(name, COUNTED, features)
