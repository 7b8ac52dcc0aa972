"""Finding the units around very many points at once. A single point is found by ``territory.queries.locate``."""

from collections.abc import Sequence

import shapely
from shapely.geometry import shape

from jishi.territory.queries import UnitRow, county, map_features, tree

Point = tuple[float, float] | None


class Grounds:
    """The ground of every unit of today, deepest first, with an index over all of them."""

    def __init__(self) -> None:
        units = tree().by_id
        depths = sorted({unit.depth for unit in units.values()}, reverse=True)
        features = [feature for depth in depths for feature in map_features(depth=depth)["features"]]
        self.units = [units[feature["id"]] for feature in features]
        self.index = shapely.STRtree([shape(feature["geometry"]) for feature in features])
        home = county().id
        # Only a true outline tells that a point lies outside of the county.
        self.outline_is_true = any(f["id"] == home and not f["properties"]["sketch"] for f in features)

    def around(self, points: Sequence[Point]) -> list[UnitRow | None]:
        """For each point (WGS84 degrees) the deepest unit that holds it; None for no point and for one outside."""
        given = [at for at, point in enumerate(points) if point is not None]
        found: list[UnitRow | None] = [None] * len(points)
        if given:
            places = shapely.points([points[at] for at in given])
            hits: dict[int, int] = {}
            for point, ground in zip(*self.index.query(places, predicate="intersects").tolist(), strict=True):
                hits[point] = min(ground, hits.get(point, ground))
            for point, ground in hits.items():
                found[given[point]] = self.units[ground]
        return found
