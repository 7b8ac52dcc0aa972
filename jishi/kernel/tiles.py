"""The tiles web maps are cut into: which square of the world one is, and where in it a point lies.

Spherical Mercator, as every web map has it: at zoom z the world is 2^z tiles wide and high, (0, 0) is at the
north-west. Coordinates are WGS84 degrees, longitude first; inside a tile x runs east and y south, 0 to EXTENT.
"""

from dataclasses import dataclass
from math import atan, degrees, floor, log, pi, radians, sin, sinh

EXTENT = 4096
DEEPEST = 22
_EDGE = 85.05  # beyond it the square of the world ends

Box = tuple[float, float, float, float]  # west, south, east, north


def mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a point lies in the square of the world: 0 to 1 from the west, 0 to 1 from the north."""
    sine = sin(radians(max(-_EDGE, min(_EDGE, latitude))))
    return longitude / 360 + 0.5, 0.5 - log((1 + sine) / (1 - sine)) / (4 * pi)


def _latitude(down: float) -> float:
    return degrees(atan(sinh(pi * (1 - 2 * down))))


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the world; raises ValueError for numbers that name none."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        wide = 1 << self.z if 0 <= self.z <= DEEPEST else 0
        if not (0 <= self.x < wide and 0 <= self.y < wide):
            raise ValueError(f"there is no tile {self.z}/{self.x}/{self.y}")

    @property
    def box(self) -> Box:
        """The degrees it spans: west, south, east, north."""
        wide = 1 << self.z
        return (
            self.x / wide * 360 - 180,
            _latitude((self.y + 1) / wide),
            (self.x + 1) / wide * 360 - 180,
            _latitude(self.y / wide),
        )

    def spot(self, longitude: float, latitude: float) -> tuple[int, int] | None:
        """Where a point lies in the tile; None for a point of another one. Each point lies in exactly one tile."""
        right, down = mercator(longitude, latitude)
        wide = 1 << self.z
        right, down = right * wide, down * wide
        if floor(right) != self.x or floor(down) != self.y:
            return None
        return int((right - self.x) * EXTENT), int((down - self.y) * EXTENT)


def tile_at(longitude: float, latitude: float, z: int) -> Tile:
    """The tile a point lies in."""
    right, down = mercator(longitude, latitude)
    return Tile(z, floor(right * (1 << z)), floor(down * (1 << z)))
