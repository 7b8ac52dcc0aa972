"""The grounds of today as shapes in the square of the world (kernel.tiles), kept by a process until they change."""

from dataclasses import dataclass
from typing import Any

from jishi.kernel.tiles import Box, mercator
from jishi.territory.queries import Ground, grounds

_SAME = 2.5e-8  # of the square of the world, about a metre: borders so close together are one


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes, and a tree to find them by their box."""

    all: list[Any]
    found_by: Any

    def touching(self, box: Box) -> list[int]:
        """The places of the shapes whose box touches this one, in order."""
        import shapely

        return sorted(self.found_by.query(shapely.box(*box)).tolist())


@dataclass(frozen=True, slots=True)
class Drawn:
    """The grounds with their shapes, and the borders between them.

    ``edge_kinds`` says of each border how deep the units are that it divides, and whether it is a sketch.
    """

    grounds: tuple[Ground, ...]
    shapes: Shapes
    edges: Shapes
    edge_kinds: list[tuple[int, bool]]


_held: Drawn | None = None


def drawn_now() -> Drawn:
    """The shapes of today; raises nothing, made anew when the grounds have changed."""
    global _held
    now = grounds()
    held = _held
    if held is None or held.grounds is not now:
        whole = [_shape(each) for each in now]
        edges, kinds = _edges(now, whole)
        held = _held = Drawn(now, _by_box(whole), _by_box(edges), kinds)
    return held


def _by_box(shapes: list[Any]) -> Shapes:
    import shapely

    return Shapes(shapes, shapely.STRtree(shapes))


def _shape(ground: Ground) -> Any:
    import numpy as np
    import shapely
    from shapely.geometry import shape

    def square(points: Any) -> Any:
        return np.array([mercator(*each) for each in points]).reshape(-1, 2)

    return shapely.make_valid(shapely.transform(shape(ground.geometry), square))


def _edges(grounds_: tuple[Ground, ...], shapes: list[Any]) -> tuple[list[Any], list[tuple[int, bool]]]:
    """Neighbours share a border, and a town has borders in common with its county: each stretch is kept once.

    Drawn twice, the dashes of a sketched border would fill each other's gaps, and it would look like a true one.
    """
    import shapely

    kinds = sorted({(ground.unit.depth, ground.is_sketch) for ground in grounds_})
    lines: list[Any] = []
    of: list[tuple[int, bool]] = []
    before: Any = shapely.MultiLineString()
    for kind in kinds:
        rings = [
            shape.boundary
            for ground, shape in zip(grounds_, shapes, strict=True)
            if (ground.unit.depth, ground.is_sketch) == kind
        ]
        own = shapely.line_merge(shapely.unary_union(rings).difference(before.buffer(_SAME)))
        parts = [part for part in getattr(own, "geoms", [own]) if not part.is_empty]
        lines += parts
        of += [kind] * len(parts)
        before = shapely.unary_union([before, own])
    return lines, of
