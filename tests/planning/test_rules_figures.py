"""The measures of a division, against counting by hand and against the definition."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.kernel.errors import Invalid
from jishi.planning.rules.figures import Beside, Piece, changing, figures, keepers
from jishi.planning.rules.standard import Standard, standard_of
from jishi.planning.rules.standing import Lived, Verdict, stand

USUAL = Standard()
SQUARE = [Piece(200, 600, 200, area=100.0, outer=20.0) for _ in range(4)]  # 2 × 2 squares of 10 m
RING = [Beside(0, 1, 8, 10.0), Beside(1, 2, 3, 10.0), Beside(2, 3, 8, 10.0), Beside(0, 3, 1, 10.0)]


@pytest.mark.capability("C02")
def test_two_halves_of_a_square():
    found = figures(SQUARE, RING, ["甲", "甲", "乙", "乙"], USUAL, ["大院", "大院", "小院", ""])
    one, other = found.grids
    assert (one.grid, one.blocks, one.households, one.people, one.pieces) == ("甲", 2, 400, 1200, 1)
    assert one.within
    assert not one.needs_reason
    assert one.compactness == pytest.approx(4 * math.pi * 200 / 60**2)
    assert (found.cut, found.split, found.within) == (4, 0, 2)
    assert found.of("乙") == other
    assert found.of("丙") is None


@pytest.mark.capability("C02")
def test_a_grid_in_two_pieces_and_a_compound_cut_apart_are_told():
    found = figures(SQUARE, RING, ["甲", "乙", "甲", "乙"], USUAL, ["", "大院", "大院", ""])
    assert [one.pieces for one in found.grids] == [2, 2]
    assert all(one.needs_reason for one in found.grids)
    assert (found.cut, found.split) == (20, 1)
    big = figures([Piece(300, 900, 300)] * 2, [], ["甲", "乙"], USUAL, ["大院", "大院"])
    assert big.split == 0  # too big for one grid anyway


@pytest.mark.capability("C02", "K06-I3", "K06-B1", "K06-B2")
@pytest.mark.parametrize(
    ("households", "collective", "within"),
    [(400, (), True), (360, (), True), (440, (), True), (359, (), False), (441, (), False), (90, (), False),
     (1, (2000,), False), (1, (1200,), True), (380, (500,), False), (301, (300,), True), (400, (0,), True)],
)  # fmt: skip
def test_a_grid_far_from_the_standard_is_found(households, collective, within):
    assert USUAL.allows(USUAL.load(households, collective)) is within


@pytest.mark.parametrize(
    "wrong", [{"households": 0}, {"households": 5001}, {"people": 0}, {"tolerance": 0}, {"tolerance": 100}]
)
def test_a_standard_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(Invalid):
        Standard(**wrong)


def test_the_standard_is_the_places_own():
    assert standard_of({}) == USUAL
    told = {"grid_standard": {"households": 300, "persons": 900, "tolerance": 0.25}}
    assert standard_of(told) == Standard(300, 900, 25)
    assert str(standard_of(told)) == "300户900人，容许偏差25%"


@pytest.mark.capability("C02", "K06-I3")
@pytest.mark.parametrize(
    ("households", "reason", "proposed", "verdict"),
    [(0, "", False, Verdict.EMPTY), (400, "", False, Verdict.WITHIN), (400, "地广", True, Verdict.WITHIN),
     (90, "地广", False, Verdict.ALLOWED), (90, "", True, Verdict.PROPOSED), (90, "", False, Verdict.OFF)],
)  # fmt: skip
def test_off_the_standard_there_is_an_exception_or_a_proposal_or_something_to_do(households, reason, proposed, verdict):
    found = stand(
        unit_id=1, name="第一网格", lived=Lived(households, 3 * households), standard=USUAL, reason=reason,
        proposed=proposed,
    )  # fmt: skip
    assert found.verdict is verdict


@pytest.mark.capability("C02")
def test_who_changes_the_grid_worker_is_counted_by_household():
    pieces = [Piece(10, 1, 10), Piece(20, 1, 20), Piece(40, 1, 40), Piece(80, 1, 80)]
    assert changing(pieces, [1, 1, 2, None], [1, 2, None, 2]) == 60


@pytest.mark.capability("C02")
@settings(deadline=None)
@given(
    st.dictionaries(st.integers(0, 5), st.dictionaries(st.integers(1, 5), st.integers(1, 99), max_size=4), max_size=6)
)
def test_a_present_grid_goes_on_once_and_only_where_some_of_it_is(held):
    found = keepers(held)
    assert len(set(found.values())) == len(found)
    assert all(unit in held[new] for new, unit in found.items())
    if held and any(held.values()):
        biggest = max(taken for takes in held.values() for taken in takes.values())
        assert any(held[new][unit] == biggest for new, unit in found.items())


@settings(deadline=None)
@given(st.data())
def test_pieces_are_those_of_a_walk(data):
    number = data.draw(st.integers(1, 12))
    grid = data.draw(st.lists(st.integers(0, 2), min_size=number, max_size=number))
    place = st.integers(0, number - 1)
    pairs = data.draw(st.lists(st.tuples(place, place), max_size=20))
    found = figures([Piece(1, 3, 1)] * number, [Beside(*pair) for pair in pairs], grid, USUAL)
    for one in found.grids:
        left = {at for at in range(number) if grid[at] == one.grid}
        walks = 0
        while left:
            walks += 1
            ahead = {left.pop()}
            while ahead:
                near = {b for a, b in [*pairs, *(pair[::-1] for pair in pairs)] if a in ahead} & left
                left -= near
                ahead = near
        assert one.pieces == walks
