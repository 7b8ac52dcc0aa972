"""A present division balanced again: only what is listed moves, and little of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as patience
from hypothesis import strategies as st

from jishi.algorithms.districting import Problem, Standard, draw, measure, rebalance
from jishi.algorithms.districting.counts import share_of
from jishi.algorithms.districting.flow import least_flow
from jishi.cli.bench.districting import moved_at_least, shocked
from jishi.cli.bench.town import town
from tests.algorithms.districting.ground import grounds, lattice

EFFORT = 60


@st.composite
def divided(draw_):
    """A ground with any present division whatever: in pieces, across gaps, with units that have no grid yet."""
    problem = draw_(grounds())
    labels = st.integers(-1, 5)
    return problem, np.array(draw_(st.lists(labels, min_size=len(problem), max_size=len(problem))))


@pytest.mark.capability("C03", "K06-I1", "K06-I4")
@patience(max_examples=60)
@given(divided())
def test_only_what_is_listed_moves_and_every_grid_is_in_one_piece(given_: tuple[Problem, np.ndarray]):
    problem, present = given_
    found = rebalance(problem, present, effort=EFFORT)
    kept = np.ones(len(problem), bool)
    kept[found.moves.units] = False
    assert (found.grid[kept] == present[kept]).all()
    assert (found.moves.before != found.moves.after).all()
    assert (found.grid[found.moves.units] == found.moves.after).all()
    counted = found.moves.units[found.moves.before >= 0]
    assert found.moves.households == problem.units.households[counted].sum()
    figures = measure(problem, found.grid)
    assert figures.violations == 0
    assert figures.households.sum() == problem.units.households.sum()


@patience(max_examples=15)
@given(divided(), st.integers(0, 2**31))
def test_the_same_seed_gives_the_same_moves(given_: tuple[Problem, np.ndarray], seed: int):
    problem, present = given_
    first, second = (rebalance(problem, present, seed=seed, effort=EFFORT).grid for _ in range(2))
    assert (first == second).all()


def test_a_division_within_the_tolerance_stays_as_it_is():
    problem = town(800, 3)
    present = draw(problem, effort=400).grid
    assert rebalance(problem, present).moves.households == 0


@pytest.mark.capability("C03", "K06-I3")
def test_after_a_shock_every_grid_is_within_again_and_few_households_move():
    problem = town(800, 3)
    present = draw(problem, effort=400).grid
    changed = shocked(problem, 1)
    assert not measure(changed, present).within.all()
    found = rebalance(changed, present, effort=400)
    bound = least_flow(changed.graph, changed.load, present, 360, 440)
    assert bound is not None
    assert measure(changed, found.grid).within.all()
    assert found.moves.households <= 2.5 * bound.total
    assert found.moves.households < moved_at_least(changed, present, draw(changed, effort=400).grid)


def test_a_grid_is_added_where_the_town_has_grown_and_given_up_where_it_shrank():
    present = np.repeat(np.arange(3), 8)
    grown = rebalance(lattice([8] * 24, 4), present, effort=EFFORT)
    assert set(grown.grid.tolist()) == {0, 1, 2, 3, 4}
    shrunk = rebalance(lattice([3] * 24, 4), present, effort=EFFORT)
    assert len(set(shrunk.grid.tolist())) == 2
    assert set(shrunk.grid.tolist()) < {0, 1, 2}
    assert shrunk.moves.households <= 24 + 12


def test_a_grid_in_two_pieces_keeps_the_heavier_and_a_new_building_gets_the_grid_around_it():
    problem = lattice([10] * 8, 8)
    found = rebalance(problem, np.array([0, 0, 0, 1, 1, -1, 1, 0]), effort=EFFORT)
    assert found.grid.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert found.moves.units.tolist() == [3, 5, 7]
    assert found.moves.households == 20


@pytest.mark.capability("K06-B3")
def test_a_grid_across_a_community_line_is_drawn_back_behind_it():
    problem = lattice([10] * 8, 8).within(np.array([0, 0, 0, 0, 1, 1, 1, 1]))
    found = rebalance(problem, np.array([0, 0, 0, 0, 0, 1, 1, 1]), effort=EFFORT)
    assert found.grid.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_the_least_flow_is_what_one_can_count_by_hand():
    problem = lattice([50, 40, 30], 3)
    flow = least_flow(problem.graph, problem.load, np.arange(3), 36, 44)
    assert flow is not None
    assert flow.total == pytest.approx(2 + 6 + 4)
    assert least_flow(problem.graph, problem.load, np.arange(3), 41, 44) is None


@pytest.mark.capability("C02", "K06-I1")
@patience(max_examples=40)
@given(st.integers(10, 60), st.integers(1, 50), st.integers(5, 600), st.sampled_from([0.01, 0.1, 0.3, 0.99]), st.data())
def test_a_standard_far_from_what_the_houses_allow_is_divided_all_the_same(number, seed, households, tolerance, data):
    """Buildings as big as grids or bigger, so that few units are left to cut between."""
    problem = replace(town(number, seed), standard=Standard(households, 3 * households, tolerance))
    present = data.draw(st.lists(st.integers(-1, 4), min_size=len(problem), max_size=len(problem)))
    found = rebalance(problem, np.array(present), effort=EFFORT)
    figures = measure(problem, found.grid)
    assert figures.violations == 0
    assert (figures.units > 0).all()


@pytest.mark.capability("C02")
def test_where_more_buildings_than_grids_are_too_big_grids_are_added():
    loads = np.array([80.0, 48.0, 40.0, 24.0, 24.0, 24.0])
    usual = Standard(30, 90, 0.1)
    assert not share_of(loads, usual, 2).possible
    assert not share_of(loads, usual, 3).possible
    assert share_of(np.array([80.0, 48.0]), usual, 2).possible
