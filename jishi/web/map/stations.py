"""Where the bodies of the county sit. They have no point of their own: they are shown at the middle of their unit."""

from jishi.kernel.tiles import Tile
from jishi.kernel.vector_tiles import layer, point
from jishi.organizations.queries import dispatchable
from jishi.territory.queries import unit

KEYS = ("unit", "name", "n")


def draw_stations(tile: Tile) -> bytes:
    """One point for every unit with bodies: the name of the body, or of the unit if there are several."""
    names: dict[int, list[str]] = {}
    for body in dispatchable():
        names.setdefault(body.unit_id, []).append(body.short_name or body.name)
    features = []
    for unit_id, bodies in names.items():
        here = unit(unit_id)
        if here is None or here.longitude is None or here.latitude is None:
            continue
        spot = tile.spot(here.longitude, here.latitude)
        if spot is not None:
            name = bodies[0] if len(bodies) == 1 else f"{here.name} {len(bodies)} 家单位"
            features.append((unit_id, point(*spot), (unit_id, name, len(bodies))))
    return layer("stations", KEYS, features)
