"""The small map of a component: the ground around it and its point."""

from typing import Any

from jishi.parts.queries import ComponentRow
from jishi.territory.queries import unit
from jishi.web.matters.places import shapes

CLOSE = 15.5


def map_of(row: ComponentRow) -> dict[str, Any] | None:
    """What components/map.html draws; None for a component without a point."""
    if row.longitude is None or row.latitude is None:
        return None
    here = unit(row.unit_id)
    around = unit(here.parent_id) if here is not None and here.depth > 2 and here.parent_id is not None else here
    point = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
        "properties": {"id": row.id, "title": row.title, "tone": "alert"},
    }
    return {
        "units": shapes(around),
        "points": {"type": "FeatureCollection", "features": [point]},
        "center": [row.longitude, row.latitude],
        "zoom": CLOSE,
    }
