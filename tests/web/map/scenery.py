"""What lies on the squared paper of tests/parts/square.py: a building, a lamp and a matter in each of three grids.

The matters, the people who reported them and the buildings bear names nobody may find on the map.
"""

from typing import Any

import mapbox_vector_tile
from django.utils import timezone

from jishi.addresses.rules.levels import Level
from jishi.kernel.tiles import Tile, tile_at
from jishi.territory.models import Unit
from jishi.territory.queries import forget_cache
from tests.addresses.street import add
from tests.cast import Cast
from tests.matters.town import begin
from tests.parts.square import IN_GRID, IN_NEXT_GRID, IN_OTHER_GRID, put

PLACES = {"grid": IN_GRID, "next_grid": IN_NEXT_GRID, "other_grid": IN_OTHER_GRID}
SECRETS = ("欧阳秘之", "13900007777", "楼上欧阳")
LAYERS = ("units", "grids", "stations", "buildings", "parts", "matters")
ZOOMS = (10, 14, 16, 18)


def furnish(cast: Cast) -> dict[str, str]:
    """Put everything there; returns the numbers of the matters by their grid. The other one is handled by 老陈."""
    now = timezone.now()
    for place, (longitude, latitude) in PLACES.items():
        Unit.objects.filter(pk=getattr(cast, place).pk).update(longitude=longitude, latitude=latitude)
    for name, middle in (("town", 113.05), ("community", 113.04), ("other_town", 113.15), ("county", 113.1)):
        Unit.objects.filter(pk=getattr(cast, name).pk).update(longitude=middle, latitude=27.86)
    forget_cache()
    numbers = {}
    for serial, (place, (longitude, latitude)) in enumerate(PLACES.items(), start=1):
        here = {"unit_id": getattr(cast, place).pk, "longitude": longitude, "latitude": latitude}
        add(Level.BUILDING, f"{serial}栋", **here)
        put(cast, serial=serial, **here)
        way = begin(
            cast, title=f"{SECRETS[0]}家门口的灯", text=f"{SECRETS[2]}敲墙,灯也不亮", place=f"{SECRETS[0]}家", now=now,
            reporter_name=SECRETS[0], reporter_phone=SECRETS[1], **here,
        )  # fmt: skip
        numbers[place] = way.receipt.number
        if place == "other_grid":
            way.to("dispatched")
    return numbers


def tiles_over(z: int) -> list[Tile]:
    """The tiles of a zoom on which the county of the squared paper lies; above 14 those around what stands there."""
    if z > 14:
        return [tile_at(*place, z) for place in PLACES.values()]
    first, last = tile_at(112.99, 27.91, z), tile_at(113.21, 27.79, z)
    return [Tile(z, x, y) for x in range(first.x, last.x + 1) for y in range(first.y, last.y + 1)]


def get(client: Any, layer: str, tile: Tile) -> Any:
    return client.get(f"/map/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.pbf")


def features(client: Any, layer: str, z: int) -> list[dict[str, Any]]:
    """Everything the tiles of a zoom say in a layer."""
    found = []
    for tile in tiles_over(z):
        answer = get(client, layer, tile)
        assert answer.status_code == 200, (layer, tile)
        read = mapbox_vector_tile.decode(answer.content) if answer.content else {}
        found += read.get(layer, {"features": []})["features"]
    return found
