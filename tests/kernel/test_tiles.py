"""Every point lies in exactly one tile of a zoom, and what is written into a tile is what others read out of it."""

import mapbox_vector_tile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.tiles import DEEPEST, EXTENT, Tile, mercator, tile_at
from jishi.kernel.vector_tiles import layer, lines, point, polygon

longitudes = st.floats(73, 136)
latitudes = st.floats(3, 54)
zooms = st.integers(0, 18)
spots = st.tuples(st.integers(0, EXTENT - 1), st.integers(0, EXTENT - 1))


def read(tile: bytes):
    return mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})


def around(tile: Tile) -> list[Tile]:
    wide = 1 << tile.z
    places = {((tile.x + right) % wide, tile.y + down) for right in (-1, 0, 1) for down in (-1, 0, 1)}
    return [Tile(tile.z, x, y) for x, y in places if 0 <= y < wide]


@pytest.mark.capability("C04")
@given(longitudes, latitudes, zooms)
def test_a_point_lies_in_one_tile_and_in_none_of_its_neighbours(longitude, latitude, z):
    holding = [tile for tile in around(tile_at(longitude, latitude, z)) if tile.spot(longitude, latitude) is not None]
    assert holding == [tile_at(longitude, latitude, z)]
    x, y = holding[0].spot(longitude, latitude)
    assert 0 <= x < EXTENT
    assert 0 <= y < EXTENT


@pytest.mark.capability("C04")
@given(zooms, st.data())
def test_a_point_on_the_border_of_two_tiles_lies_in_one_of_them(z, data):
    tile = Tile(z, *(data.draw(st.integers(0, (1 << z) - 1)) for _ in "xy"))
    west, south, east, north = tile.box
    corner = data.draw(st.sampled_from([west, east])), data.draw(st.sampled_from([south, north]))
    if -180 < corner[0] < 180 and -85 < corner[1] < 85:  # not on the rim of the world
        assert sum(each.spot(*corner) is not None for each in around(tile)) == 1


@given(longitudes, latitudes, zooms)
def test_the_box_of_a_tile_holds_its_points(longitude, latitude, z):
    west, south, east, north = tile_at(longitude, latitude, z).box
    assert west - 1e-9 <= longitude <= east + 1e-9
    assert south - 1e-9 <= latitude <= north + 1e-9


@pytest.mark.parametrize(
    ("z", "x", "y"), [(-1, 0, 0), (0, 1, 0), (0, 0, 1), (3, 8, 0), (3, 0, -1), (DEEPEST + 1, 0, 0)]
)
def test_there_are_no_tiles_beside_the_world(z, x, y):
    with pytest.raises(ValueError, match="no tile"):
        Tile(z, x, y)


def test_the_square_of_the_world_has_greenwich_and_the_equator_in_its_middle():
    assert mercator(0, 0) == pytest.approx((0.5, 0.5))
    assert mercator(-180, 85.05112878) == pytest.approx((0, 0), abs=1e-4)


values = st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**40), st.text(max_size=12))
features = st.lists(st.tuples(st.integers(1, 2**40), spots, values, values), min_size=1, max_size=30)


@pytest.mark.capability("C04")
@given(features)
def test_points_are_read_as_they_were_written(rows):
    written = layer("matters", ("tone", "n"), [(id, point(*spot), given) for id, spot, *given in rows])
    found = read(written)["matters"]
    assert found["extent"] == EXTENT
    assert [(each["id"], tuple(each["geometry"]["coordinates"])) for each in found["features"]] == [
        (id, spot) for id, spot, *_ in rows
    ]
    for each, (_, _, tone, n) in zip(found["features"], rows, strict=True):
        said = {key: value for key, value in (("tone", tone), ("n", n)) if value is not None}
        assert each["properties"] == said
        assert [type(each["properties"][key]) for key in said] == [type(value) for value in said.values()]


def square(x: int, y: int, side: int) -> list[tuple[int, int]]:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


@given(spots, st.integers(10, 4000), st.booleans(), st.booleans())
def test_a_polygon_keeps_its_hole_whichever_way_round_it_is_given(spot, side, turned, closed):
    outer, hole = square(*spot, side), square(spot[0] + 2, spot[1] + 2, side - 4)
    rings = [ring[::-1] if turned else ring for ring in (outer, hole)]
    rings = [[*ring, ring[0]] if closed else ring for ring in rings]
    found = read(layer("units", ("name",), [(7, polygon([rings]), ("东门",))]))["units"]["features"][0]
    assert found["geometry"]["type"] == "Polygon"
    assert [set(map(tuple, ring)) for ring in found["geometry"]["coordinates"]] == [set(outer), set(hole)]


@pytest.mark.capability("C04")
@given(st.lists(st.lists(spots, min_size=2, max_size=8, unique=True), min_size=1, max_size=4))
def test_lines_are_read_as_they_were_written(paths):
    found = read(layer("edges", ("depth",), [(0, lines(paths), (2,))]))["edges"]["features"][0]["geometry"]
    drawn = [found["coordinates"]] if found["type"] == "LineString" else found["coordinates"]
    assert [[tuple(spot) for spot in path] for path in drawn] == paths


def test_several_layers_one_after_the_other_are_a_tile_and_none_is_no_bytes():
    written = layer("a", (), [(1, point(1, 1), ())]) + layer("b", (), [(0, point(2, 2), ())])
    assert set(read(written)) == {"a", "b"}
    assert "id" not in read(written)["b"]["features"][0] or not read(written)["b"]["features"][0]["id"]
    assert layer("a", ("n",), []) == b""
