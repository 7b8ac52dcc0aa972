"""Of several divisions of a community the best: sound first, few moves next, then what belongs together."""

import pytest

from jishi.algorithms.districting import best_balance, best_drawing, choice, draw, measure, rebalance
from jishi.algorithms.districting.choice import MORE_MOVED
from jishi.cli.bench.districting import shocked
from jishi.cli.bench.town import town


@pytest.fixture(scope="module")
def shaken():
    """A small town whose households have changed, with the division it had before."""
    before = town(200, 5)
    present = draw(before, seed=1).grid
    return shocked(before, 7), present


@pytest.mark.capability("C02")
def test_of_several_drawings_none_is_sounder_and_of_the_soundest_none_cuts_less():
    problem = town(200, 5)
    chosen = measure(problem, best_drawing(problem, seed=1).grid)
    for seed in range(1, 1 + choice.TRIES):
        other = measure(problem, draw(problem, seed=seed).grid)
        assert chosen.violations <= other.violations
        assert chosen.within.sum() >= other.within.sum()
        if other.within.sum() == chosen.within.sum():
            assert chosen.cut_weight <= other.cut_weight


@pytest.mark.capability("C02", "K06-I3")
def test_a_better_shape_costs_at_most_half_as_many_moves_again(shaken):
    problem, present = shaken
    usual, chosen = rebalance(problem, present, seed=1), best_balance(problem, present, seed=1)
    one, other = measure(problem, usual.grid), measure(problem, chosen.grid)
    assert other.violations <= one.violations
    assert other.within.sum() >= one.within.sum()
    if other.within.sum() == one.within.sum():
        assert chosen.moves.households <= MORE_MOVED * usual.moves.households
        assert other.cut_weight <= one.cut_weight


def test_the_same_seed_chooses_the_same(shaken):
    problem, present = shaken
    first, again = (best_balance(problem, present, seed=3).grid for _ in range(2))
    assert (first == again).all()


def test_what_is_balanced_stays_as_it_is():
    problem = town(200, 5)
    present = best_drawing(problem, seed=1).grid
    assert best_balance(problem, present).moves.households == 0


def test_of_a_big_town_one_division_is_enough(monkeypatch):
    problem = town(200, 5)
    monkeypatch.setattr(choice, "SMALL", 100)
    assert (best_drawing(problem, seed=2).grid == draw(problem, seed=2).grid).all()
