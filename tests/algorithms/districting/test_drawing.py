"""Grids drawn afresh: a partition, in one piece each, the same for the same seed, explained where outside."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as patience
from hypothesis import strategies as st

from jishi.algorithms.districting import Cause, Graph, Problem, Standard, Units, draw, explain, measure
from jishi.cli.bench.town import town
from jishi.kernel.errors import Invalid
from tests.algorithms.districting.ground import SMALL, grounds, lattice

EFFORT = 60


@pytest.mark.capability("C02", "K06-I1")
@patience(max_examples=60)
@given(grounds())
def test_every_unit_lies_in_one_grid_in_one_piece_and_no_grid_is_empty(problem: Problem):
    grid = draw(problem, effort=EFFORT).grid
    found = measure(problem, grid)
    assert len(grid) == len(problem)
    assert found.units.min() >= 1
    assert found.violations == 0
    assert found.households.sum() == problem.units.households.sum()
    assert sorted(set(grid.tolist())) == list(range(grid.max() + 1))


@pytest.mark.capability("C02", "K06-I3")
@patience(max_examples=40)
@given(grounds())
def test_every_grid_out_of_tolerance_has_its_reason_and_no_other_has(problem: Problem):
    grid = draw(problem, effort=EFFORT).grid
    found = measure(problem, grid)
    outside = found.names[~found.within].tolist()
    reasons = explain(problem, grid)
    assert [reason.grid for reason in reasons] == outside
    assert all(len(reason.sentence) > 10 for reason in reasons)


@patience(max_examples=15)
@given(grounds(), st.integers(0, 2**31))
def test_the_same_seed_gives_the_same_grids(problem: Problem, seed: int):
    assert (draw(problem, seed=seed, effort=EFFORT).grid == draw(problem, seed=seed, effort=EFFORT).grid).all()


@pytest.mark.capability("K06-I2", "K06-B3")
@patience(max_examples=30)
@given(grounds(), st.data())
def test_no_grid_crosses_a_community_line(problem: Problem, data: st.DataObject):
    community = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(problem), max_size=len(problem))))
    inside = problem.within(community)
    grid = draw(inside, effort=EFFORT).grid
    load = problem.units.households
    for one in np.unique(grid):
        lived_in = np.unique(community[(grid == one) & (load > 0)])
        assert len(lived_in) <= 1


def test_a_town_is_cut_within_the_tolerance_and_along_its_compounds():
    problem = town(800, 3)
    found = measure(problem, draw(problem, effort=400).grid)
    assert found.within.all()
    assert found.violations == 0
    assert found.split_pct < 50


@pytest.mark.capability("K06-B1")
def test_a_mountain_village_stands_alone_and_the_sentence_says_why():
    village = lattice([3] * 30, 6, standard=Standard())
    wide = Units(village.units.households, xy=village.units.xy * 10, area=np.full(30, 400_000.0), outer=np.zeros(30))
    grid = draw(Problem(wide, village.graph), effort=EFFORT).grid
    (reason,) = explain(Problem(wide, village.graph), grid)
    assert reason.cause is Cause.SPARSE
    assert reason.sentence == "地广人稀：12.0平方公里只有90户，与别处不相连或不属同一社区，单独成格"


@pytest.mark.capability("K06-B2")
def test_a_dormitory_without_households_counts_by_its_people():
    households, people = [20] * 20, [60] * 20
    households[7], people[7] = 0, 2_000
    problem = lattice(households, 5, people=people)
    grid = draw(problem, effort=EFFORT).grid
    assert problem.load[7] == pytest.approx(2_000 * 40 / 120)
    (reason,) = [one for one in explain(problem, grid) if one.grid == grid[7]]
    assert reason.cause is Cause.COLLECTIVE
    assert "登记0户、2000人" in reason.sentence
    assert (grid == grid[7]).sum() == 1


def test_a_unit_bigger_than_a_grid_is_a_grid_of_its_own():
    problem = lattice([10, 10, 10, 10, 90, 10, 10, 10, 10], 3)
    grid = draw(problem, effort=EFFORT).grid
    (reason,) = explain(problem, grid)
    assert reason.cause is Cause.BIG_UNIT
    assert (grid == grid[4]).sum() == 1


def test_an_island_too_small_is_explained_and_one_where_nobody_lives_goes_with_its_neighbour():
    problem = lattice([20, 20, 8, 0], 4, cut=[(1, 2), (2, 3)])
    grid = draw(problem, effort=EFFORT).grid
    assert grid.tolist() == [0, 0, 1, 1]
    (reason,) = explain(problem, grid)
    assert reason.cause is Cause.SMALL_PART


def test_one_unit_and_a_ground_where_nobody_lives_are_one_grid():
    assert draw(lattice([7], 1)).grid.tolist() == [0]
    empty = lattice([0] * 6, 3)
    assert draw(empty).grid.tolist() == [0] * 6
    (reason,) = explain(empty, draw(empty).grid)
    assert reason.cause is Cause.NOBODY


def test_units_without_places_are_cut_by_their_graph_alone():
    plain = lattice([10] * 24, 6)
    problem = Problem(Units(plain.units.households), plain.graph, SMALL)
    found = measure(problem, draw(problem, effort=EFFORT).grid)
    assert found.violations == 0
    assert found.compactness is None
    assert found.within.all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Units(np.array([], int)), "没有任何单元"),
        (lambda: Units(np.array([3, -1])), "第 2 个单元的户数"),
        (lambda: Units(np.array([3, 4]), people=np.array([1])), "人数有 1 个"),
        (lambda: Units(np.array([3.0, np.nan])), "第 2 个单元的户数"),
        (lambda: Units(np.array([3]), xy=np.array([[np.inf, 0.0]])), "坐标"),
        (lambda: Graph.of_pairs(2, np.array([[0, 2]])), "不存在的单元"),
        (lambda: Graph.of_pairs(2, np.array([[0, 1]]), np.array([0])), "正整数"),
        (lambda: Problem(Units(np.array([3])), Graph.of_pairs(2, np.array([[0, 1]]))), "2 个单元"),
        (lambda: Standard(households=0), "大于 0"),
        (lambda: Standard(tolerance=1.5), "偏差"),
        (lambda: measure(lattice([1, 2], 2), np.array([0])), "1 个单元"),
        (lambda: measure(lattice([1, 2], 2), np.array([0, -1])), "第 2 个单元不属于任何网格"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(wrong, said: str):
    with pytest.raises(Invalid, match=said):
        wrong()


def test_figures_of_a_division_known_by_hand():
    problem = lattice([20, 20, 20, 20], 2, compound=[0, 0, 1, 2])
    found = measure(problem, np.array([5, 9, 5, 9]))
    assert found.names.tolist() == [5, 9]
    assert found.households.tolist() == [40, 40]
    assert found.cut_weight == 2
    assert (found.compounds, found.compounds_split) == (3, 1)
    assert found.compactness == pytest.approx([4 * np.pi * 20_000 / 600**2] * 2)
    assert measure(problem, np.array([0, 1, 1, 0])).violations == 2


def test_where_no_folder_can_be_written_to_the_loops_are_compiled_in_memory(monkeypatch: pytest.MonkeyPatch):
    from numba.core import caching

    from jishi.algorithms.districting.kernel import compiled

    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])

    def twice(number):
        return 2 * number

    assert compiled(twice)(21) == 42
