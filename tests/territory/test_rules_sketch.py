"""Sketch shapes tile the county: no gap, no overlap, areas in proportion, and the same every time."""

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box, shape

from jishi.territory.rules.sketch import (
    Node,
    county_outline,
    cut,
    draw,
    geojson,
    joined,
    middle,
    outline_of,
)

CENTER = (113.11, 27.88)
trees = st.recursive(
    st.floats(0.5, 3).map(lambda weight: ("leaf", weight)),
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(lambda found: ("node", found)),
    max_leaves=12,
)


def node_of(tree, code="x"):
    if tree[0] == "leaf":
        return Node(code, tree[1])
    children = tuple(node_of(child, f"{code}{n}") for n, child in enumerate(tree[1]))
    return Node(code, sum(child.weight for child in children), children)


def leaves(node):
    return [leaf for child in node.children for leaf in leaves(child)] if node.children else [node]


def check_tiles(whole, parts):
    """Exactly: the edges of neighbours are the same edges, and together they are the whole."""
    assert shapely.coverage_is_valid(parts)
    assert shapely.union_all(parts).symmetric_difference(whole).area <= whole.area * 1e-5
    assert sum(part.area for part in parts) == pytest.approx(shapely.union_all(parts).area)


@given(trees)
def test_leaves_tile_the_county_after_rounding(tree):
    root = node_of(tree)
    outline = county_outline(CENTER, 166, "430204")
    shapes = {code: shape(geojson(area)) for code, area in draw(root, outline).items()}
    found = [shapes[leaf.code] for leaf in leaves(root)]
    assert all(area.is_valid and not area.is_empty for area in shapes.values())
    check_tiles(outline, found)
    for node in [root, *root.children]:
        check_tiles(shapes[node.code], [shapes[leaf.code] for leaf in leaves(node)])


def test_areas_are_in_proportion_to_the_weights():
    root = Node("x", 10, tuple(Node(f"x{n}", weight) for n, weight in enumerate((1, 2, 3, 4))))
    shapes = draw(root, county_outline(CENTER, 100, "s"))
    shares = [shapes[f"x{n}"].area / shapes["x"].area for n in range(4)]
    assert shares == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.005)


def test_the_same_tree_gives_the_same_shapes_and_coordinates_have_six_decimals():
    def once():
        root = Node("x", 3, tuple(Node(f"x{n}") for n in range(3)))
        return json.dumps([geojson(area) for area in draw(root, county_outline(CENTER, 50, "s")).values()])

    assert once() == once()
    numbers = [text for text in once().replace("[", " ").replace("]", " ").replace(",", " ").split() if "." in text]
    assert all(len(text.split(".")[1]) <= 6 for text in numbers)


def test_drawing_below_a_unit_does_not_move_it():
    outline = county_outline(CENTER, 166, "s")
    bare = draw(Node("x", 2, (Node("x1"), Node("x2"))), outline)
    fuller = draw(Node("x", 2, (Node("x1", 1, (Node("x11"), Node("x12"))), Node("x2"))), outline)
    assert bare["x2"].symmetric_difference(fuller["x2"]).area < bare["x2"].area * 1e-4


def test_the_outline_has_the_area_of_the_county():
    outline = county_outline(CENTER, 166, "s")
    assert outline.is_valid
    assert outline.contains(shapely.Point(CENTER))
    # At this latitude a square degree has 111.32 km x 111.32 km x cos(27.88 deg).
    assert outline.area * 111.32**2 * 0.88394 == pytest.approx(166, rel=0.01)


def test_a_true_boundary_is_kept_and_the_others_share_the_rest():
    outline = box(0, 0, 4, 4)
    known = {"x1": box(0, 0, 2, 2)}
    shapes = draw(Node("x", 3, tuple(Node(f"x{n}") for n in (1, 2, 3))), outline, known)
    assert shapes["x1"].symmetric_difference(known["x1"]).area < 1e-4
    check_tiles(outline, [shapes[f"x{n}"] for n in (1, 2, 3)])


def test_an_outline_with_islands_and_a_bay_is_cut_too():
    bay = Polygon([(0, 0), (10, 0), (10, 10), (6, 10), (6, 2), (4, 2), (4, 10), (0, 10)])
    outline = MultiPolygon([bay, box(12, 1, 13, 2)])
    parts = list(cut(outline, {f"k{n}": 1.0 for n in range(7)}).values())
    check_tiles(outline, parts)


def test_joined_pieces_are_the_whole_again():
    outline = county_outline(CENTER, 20, "s")
    parts = cut(outline, {"a": 1.0, "b": 2.0})
    assert joined(list(parts.values())).symmetric_difference(outline).area < outline.area * 1e-5
    assert outline.contains(shapely.Point(middle(parts["a"])))


@pytest.mark.parametrize(
    "given_", [{}, {"type": "Point", "coordinates": [1, 2]}, {"type": "FeatureCollection", "features": []}]
)
def test_a_file_without_an_area_is_no_outline(given_):
    with pytest.raises(ValueError, match="no area"):
        outline_of(given_)


def test_every_wrapping_of_an_area_is_understood():
    area = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    feature = {"type": "Feature", "properties": {}, "geometry": area}
    collection = {"type": "FeatureCollection", "features": [feature]}
    assert all(outline_of(wrapped).equals(outline_of(area)) for wrapped in (feature, collection))
