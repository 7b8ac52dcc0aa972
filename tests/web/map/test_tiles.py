"""Tiles tell everything exactly once, are never too heavy, and say how long they may be kept."""

import random

import mapbox_vector_tile
import pytest
import shapely
from django.core.cache import cache
from shapely.geometry import shape

from jishi.addresses.models import Address
from jishi.addresses.rules.codes import make_code
from jishi.addresses.rules.levels import Level
from jishi.kernel.tiles import EXTENT, Tile, mercator
from jishi.territory.models import Boundary
from jishi.territory.queries import forget_cache
from jishi.web.map import points
from tests.addresses.street import add
from tests.cast import SINCE, TODAY
from tests.parts.square import GROUNDS, IN_GRID
from tests.web.map.scenery import features, get, tiles_over

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(town):
    """300 buildings, some of them on the very borders of tiles."""
    random_ = random.Random(4)
    edges = [tile.box for z in (10, 12, 15, 16) for tile in tiles_over(min(z, 14))]
    spots = [(random_.uniform(113, 113.2), random_.uniform(27.8, 27.9)) for _ in range(260)]
    spots += [(west, random_.uniform(27.8, 27.9)) for west, *_ in edges if 113 < west < 113.2][:40]
    rows = [
        Address(
            level="building", name=f"{n}栋", key=str(n), full_name=f"{n}栋", code=make_code(n), path=f"/{n}/",
            unit=town.grid, longitude=longitude, latitude=latitude, valid_from=SINCE,
        )
        for n, (longitude, latitude) in enumerate(spots, start=1)
    ]  # fmt: skip
    Address.objects.bulk_create(rows)
    return set(Address.objects.values_list("id", flat=True))


def all_tiles(z: int) -> list[Tile]:
    wide = 1 << (z - 14) if z > 14 else 1
    if z <= 14:
        return tiles_over(z)
    return [
        Tile(z, coarse.x * wide + right, coarse.y * wide + down)
        for coarse in tiles_over(14)
        for right in range(wide)
        for down in range(wide)
    ]


@pytest.mark.capability("C04")
def test_every_building_is_told_once_at_every_zoom(client, many, town):
    town.login(client, "li")
    for z in range(8, 15):
        assert sum(each["properties"]["n"] for each in features(client, "buildings", z)) == len(many), z
    found = []
    for tile in all_tiles(15):
        answer = get(client, "buildings", tile)
        if answer.content:
            found += [each["id"] for each in mapbox_vector_tile.decode(answer.content)["buildings"]["features"]]
    assert sorted(found) == sorted(many)


@pytest.mark.capability("C04")
def test_a_tile_with_too_many_points_tells_their_number(client, many, town, monkeypatch):
    monkeypatch.setattr(points, "MOST", 5)
    Address.objects.filter(id__in=sorted(many)[:50]).update(longitude=IN_GRID[0], latitude=IN_GRID[1])
    town.login(client, "li")
    told = features(client, "buildings", 16)
    assert sum(each["properties"].get("n", 1) for each in told) >= 50
    assert len(told) < 50


@pytest.mark.capability("C04")
def test_an_address_that_is_gone_or_a_room_is_not_on_the_map(client, town):
    town.login(client, "li")
    point = {"unit_id": town.grid.pk, "longitude": IN_GRID[0], "latitude": IN_GRID[1]}
    building = add(Level.BUILDING, "1栋", **point)
    add(Level.ROOM, "101室", building, **point)
    gone = add(Level.BUILDING, "2栋", **point)
    Address.objects.filter(pk=gone.id).update(valid_to=TODAY)
    assert [each["id"] for each in features(client, "buildings", 16)] == [building.id]


@pytest.mark.capability("C04")
def test_the_shapes_of_the_tiles_put_together_are_the_grounds(client, town):
    """At each zoom the pieces of a unit, cut at the edges of the tiles, have the area of its ground."""
    forget_cache()
    for z in (12, 13, 14):
        pieces: dict[int, float] = {}
        for tile in tiles_over(z):
            content = get(client, "units", tile).content + get(client, "grids", tile).content
            if not content:
                continue
            west, south, east, north = tile.box
            square = shapely.box(0, 0, EXTENT, EXTENT)
            read = mapbox_vector_tile.decode(content)
            for each in (one for name in ("units", "grids") if name in read for one in read[name]["features"]):
                inside = shape(each["geometry"]).intersection(square).area / EXTENT**2
                pieces[each["id"]] = pieces.get(each["id"], 0) + inside * (east - west) * (north - south)
        for name in ("county", "town", "community", "other_town") + (("grid", "next_grid") if z == 14 else ()):
            whole = shape(GROUNDS[name]).area
            assert pieces[getattr(town, name).pk] == pytest.approx(whole, rel=0.01), (name, z)


@pytest.mark.capability("C04")
def test_units_appear_when_they_can_be_told_apart(client, numbers, town):
    def depths(layer, z):
        return {each["properties"]["depth"] for each in features(client, layer, z)}

    assert [depths("units", z) for z in (8, 10, 14)] == [{0, 1}, {0, 1, 2}, {0, 1, 2}]
    assert [depths("grids", z) for z in (10, 11, 12)] == [set(), set(), {3}]


@pytest.mark.capability("C04")
def test_a_border_is_drawn_once_and_a_sketched_one_says_so(client, town):
    """Drawn by both neighbours, the dashes of a sketched border would look like a line drawn through."""
    Boundary.objects.exclude(unit=town.county).update(is_sketch=True)
    forget_cache()
    drawn: dict[tuple[int, bool], float] = {}
    square = shapely.box(0, 0, EXTENT, EXTENT)
    for tile in tiles_over(14):
        for layer, name in (("units", "unit_edges"), ("grids", "grid_edges")):
            for each in mapbox_vector_tile.decode(get(client, layer, tile).content).get(name, {"features": []})[
                "features"
            ]:
                kind = each["properties"]["depth"], each["properties"].get("sketch", False)
                drawn[kind] = drawn.get(kind, 0) + shape(each["geometry"]).intersection(square).length
    # The grid in the middle of the community, the towns, and the county around them; communities add nothing.
    high, wide = (each * EXTENT * 2**14 for each in (_down(27.8) - _down(27.9), 0.2 / 360))
    assert drawn == pytest.approx({(0, False): 2 * (high + wide), (1, True): high, (3, True): high}, rel=0.01)


def _down(latitude):
    return mercator(0, latitude)[1]


def test_what_everybody_sees_may_be_kept_and_what_a_person_sees_is_asked_for_anew(client, numbers, town):
    tile = tiles_over(12)[0]
    assert get(client, "units", tile).headers["Cache-Control"] == "public, max-age=300"
    town.login(client, "li")
    for layer in ("buildings", "parts", "matters"):
        answer = get(client, layer, tile)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        again = client.get(answer.request["PATH_INFO"], headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert answer.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"


@pytest.mark.parametrize(
    "address", ["units/19/0/0", "units/3/8/0", "units/3/0/8", "nothing/3/0/0", "matters/400/0/0", "units/-1/0/0"]
)
def test_there_is_no_tile_beside_the_map(client, town, address):
    town.login(client, "wang")
    assert client.get(f"/map/tiles/{address}.pbf").status_code == 404


def test_counts_of_cells_are_read_once_for_all_tiles_of_a_moment(client, many, town, django_assert_max_num_queries):
    town.login(client, "li")
    cache.clear()
    get(client, "buildings", tiles_over(12)[0])
    with django_assert_max_num_queries(2):  # who is asking
        get(client, "buildings", tiles_over(12)[1])
