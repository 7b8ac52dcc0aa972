"""The compiled loops: units change to a neighbouring grid, one by one, while the whole cools down.

Imported only when grids are drawn: it brings in the compiler. What is compiled is kept on disk where that is possible.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numba
import numpy as np

from jishi.algorithms.districting.tables import Border, Marks, Sums


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at the first call and kept for the next program; only in memory where no folder can be written to."""
    inline = "always" if function.__name__.startswith("_") else "never"
    make = partial(numba.njit, nogil=True, error_model="numpy", inline=inline)
    try:
        return make(cache=True)(function)
    except RuntimeError:
        return make()(function)


LOAD, SIZE, X, Y, SQUARES = range(5)


@compiled
def _next(state):
    """xorshift64: the same seed gives the same grids on every machine."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@compiled
def _cost(table, one, load, units, x, y, square, prices, strict):
    """What a grid costs once this is added to its sums: a little for missing the target, very much for leaving the
    tolerance, and the squares of the distances from its middle."""
    total, size = table[one, LOAD] + load, table[one, SIZE] + units
    off = total / prices.target - 1.0
    cost = prices.balance * off * off
    outside = max(prices.least - total, total - prices.most) / prices.target
    if outside > 0.0:
        cost += strict * (outside + 10.0 * outside * outside)
    mean_x, mean_y = table[one, X] + x, table[one, Y] + y
    return cost + prices.spread * (table[one, SQUARES] + square - (mean_x * mean_x + mean_y * mean_y) / max(size, 1.0))


@compiled
def holds_without(unit, grid, rows, marks, stamp):
    """Whether the grid of ``unit`` stays in one piece when the unit leaves; never so when it is its last."""
    own, first, count = grid[unit], -1, 0
    for entry in range(rows.starts[unit], rows.starts[unit + 1]):
        other = rows.neighbours[entry]
        if grid[other] == own:
            marks.wanted[other] = stamp
            first = other
            count += 1
    if count == 0:
        return False
    marks.seen[unit] = stamp
    marks.seen[first] = stamp
    marks.queue[0] = first
    head, tail, found = 0, 1, 1
    while head < tail and found < count:
        here = marks.queue[head]
        head += 1
        for entry in range(rows.starts[here], rows.starts[here + 1]):
            other = rows.neighbours[entry]
            if grid[other] == own and marks.seen[other] != stamp:
                marks.seen[other] = stamp
                marks.queue[tail] = other
                tail += 1
                found += marks.wanted[other] == stamp
    return found == count


@compiled
def _noted(unit, grid, rows, border):
    """Take the unit into the list of the border, or out of it, as it now lies."""
    outside = False
    for entry in range(rows.starts[unit], rows.starts[unit + 1]):
        if grid[rows.neighbours[entry]] != grid[unit]:
            outside = True
            break
    place = border.place[unit]
    if outside and place < 0:
        border.place[unit] = border.length[0]
        border.units[border.length[0]] = unit
        border.length[0] += 1
    elif not outside and place >= 0:
        border.length[0] -= 1
        last = border.units[border.length[0]]
        border.units[place] = last
        border.place[last] = place
        border.place[unit] = -1


@compiled
def _foreign(unit, draw, grid, rows):
    """A grid beside the unit, each as likely as it has pairs with it."""
    own, foreign = grid[unit], 0
    for entry in range(rows.starts[unit], rows.starts[unit + 1]):
        foreign += grid[rows.neighbours[entry]] != own
    pick = np.int64(draw % np.uint64(foreign))
    for entry in range(rows.starts[unit], rows.starts[unit + 1]):
        other = grid[rows.neighbours[entry]]
        if other != own:
            if pick == 0:
                return other
            pick -= 1
    return own


@compiled
def _torn(unit, new, grid, rows):
    """Weight of the pairs the move cuts, less that of the pairs it joins."""
    own, torn = grid[unit], 0
    for entry in range(rows.starts[unit], rows.starts[unit + 1]):
        other = grid[rows.neighbours[entry]]
        if other == own:
            torn += rows.weight[entry]
        elif other == new:
            torn -= rows.weight[entry]
    return float(torn)


@compiled
def _add(table, one, sign, load, x, y, square):
    table[one, LOAD] += sign * load
    table[one, SIZE] += sign
    table[one, X] += sign * x
    table[one, Y] += sign * y
    table[one, SQUARES] += sign * square


@compiled
def _summed(grid, place, number):
    table = np.zeros((number, 5))
    for unit in range(len(grid)):
        x, y = place.xy[unit, 0], place.xy[unit, 1]
        _add(table, grid[unit], 1.0, place.load[unit], x, y, x * x + y * y)
    return Sums(table, np.zeros(number))


@compiled
def _bordered(grid, rows):
    units = len(grid)
    border = Border(np.empty(units, np.int32), np.full(units, -1, np.int32), np.zeros(1, np.int64))
    for unit in range(units):
        _noted(unit, grid, rows, border)
    return border


@compiled
def _tried(unit, new, grid, rows, place, prices, sums, marks, stamp, strict, temperature, chance):
    """Let the unit change to the grid ``new`` if that is better, or worse by what heat and ``chance`` (0–1) allow, and
    its own grid stays in one piece; whether it did."""
    own = grid[unit]
    load, x, y = place.load[unit], place.xy[unit, 0], place.xy[unit, 1]
    square = x * x + y * y
    own_cost = _cost(sums.table, own, -load, -1.0, -x, -y, -square, prices, strict)
    new_cost = _cost(sums.table, new, load, 1.0, x, y, square, prices, strict)
    change = _torn(unit, new, grid, rows) + own_cost + new_cost - sums.cost[own] - sums.cost[new]
    if prices.away > 0.0:
        change += prices.away * load * (int(place.home[unit] == own) - int(place.home[unit] == new))
    if change > 0.0 and (change > 16.0 * temperature or chance >= np.exp(-change / temperature)):
        return False
    if not holds_without(unit, grid, rows, marks, stamp):
        return False
    grid[unit] = new
    _add(sums.table, own, -1.0, load, x, y, square)
    _add(sums.table, new, 1.0, load, x, y, square)
    sums.cost[own], sums.cost[new] = own_cost, new_cost
    return True


@compiled
def anneal(grid, rows, place, prices, number, moves, seed):
    """Change ``grid`` (units → 0 … number−1, each in one piece) for the better, in place; grids stay in one piece.

    Returns the number of changes among so many tried moves.
    """
    sums, border = _summed(grid, place, number), _bordered(grid, rows)
    units = len(grid)
    marks = Marks(np.zeros(units, np.int64), np.zeros(units, np.int64), np.empty(units, np.int32))
    state = np.uint64(seed) * np.uint64(2654435761) + np.uint64(88172645463325252)
    temperature, strict, changes = prices.hot, prices.lenient, 0
    for move in range(moves):
        if move & 1023 == 0:
            temperature = prices.hot * (prices.cold / prices.hot) ** (move / moves)
            strict = prices.lenient * (prices.strict / prices.lenient) ** (move / moves)
            for one in range(number):
                sums.cost[one] = _cost(sums.table, one, 0.0, 0.0, 0.0, 0.0, 0.0, prices, strict)
        if border.length[0] == 0:
            break
        state = _next(state)
        unit = border.units[np.int64((state >> np.uint64(32)) % np.uint64(border.length[0]))]
        if sums.table[grid[unit], SIZE] <= 1.0:
            continue
        new = _foreign(unit, state & np.uint64(0xFFFFFFFF), grid, rows)
        state = _next(state)
        chance = np.float64(state >> np.uint64(11)) / 9007199254740992.0
        if _tried(unit, new, grid, rows, place, prices, sums, marks, move + 1, strict, temperature, chance):
            changes += 1
            _noted(unit, grid, rows, border)
            for entry in range(rows.starts[unit], rows.starts[unit + 1]):
                _noted(rows.neighbours[entry], grid, rows, border)
    return changes


@compiled
def shift(grid, rows, place, members, source, target, amount, unit_weight):
    """Move border units from the grid ``source`` to ``target`` until about ``amount`` of load went over; in place.

    Of the units that fit, the one that tears least goes first; one that comes home rather, one that leaves home rather
    not. ``members`` are the units to choose from. Returns the load moved.
    """
    units = len(grid)
    marks = Marks(np.zeros(units, np.int64), np.zeros(units, np.int64), np.empty(units, np.int32))
    moved, stamp = 0.0, 0
    while moved < amount - 0.5:
        need = amount - moved
        best, least = -1, np.inf
        for unit in members:
            load = place.load[unit]
            if grid[unit] != source or load == 0.0 or load > 1.5 * need + 6.0:
                continue
            beside = False
            for entry in range(rows.starts[unit], rows.starts[unit + 1]):
                beside = beside or grid[rows.neighbours[entry]] == target
            if not beside:
                continue
            torn = _torn(unit, target, grid, rows) + 0.03 * unit_weight * max(load - need, 0.0)
            torn += unit_weight * (0.3 * int(place.home[unit] == source) - int(place.home[unit] == target))
            stamp += 1
            if torn < least and holds_without(unit, grid, rows, marks, stamp):
                best, least = unit, torn
        if best < 0:
            break
        grid[best] = target
        moved += place.load[best]
    return moved
