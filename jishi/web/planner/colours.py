"""A colour for every grid, so that neighbours differ: numbers of colours the style sheet and the map script know."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence

from jishi.planning.rules.plan import Proposal

COLOURS = 8  # told apart by people who see few colours; static/jishi/planner.css and planner_map.js have them

# What a colour belongs to: ("unit", id) for a present grid and the one that goes on as it, ("new", number) for others.
Key = tuple[str, int]


def colours_of(whole: Proposal) -> dict[Key, int]:
    """By grid, 0 to COLOURS - 1. A building moved by hand changes the colour of no grid that was there before."""
    present: list[Key | None] = [("unit", one.present_id) if one.present_id else None for one in whole.blocks]
    known = {grid.number: key_of(whole, grid.number) for grid in whole.grids}
    drawn = [known.get(one.drawn) for one in whole.blocks]
    now = [known[one.grid] for one in whole.blocks]
    first = _painted(whole, [present, drawn], {})
    return _painted(whole, [present, drawn, now], first)


def key_of(whole: Proposal, number: int) -> Key:
    """What the colour of a grid of the plan belongs to."""
    unit_id = whole.by_number[number].unit_id
    return ("unit", unit_id) if unit_id is not None else ("new", number)


def _painted(whole: Proposal, divisions: Iterable[Sequence[Key | None]], kept: Mapping[Key, int]) -> dict[Key, int]:
    """``kept`` and a colour for every grid that has none yet, by the order of the buildings."""
    beside: dict[Hashable, set[Key]] = defaultdict(set)
    order: dict[Key, None] = {}
    for division in divisions:
        order |= dict.fromkeys(key for key in division if key is not None)
        for pair in whole.besides:
            one, other = division[pair.one], division[pair.other]
            if one is not None and other is not None and one != other:
                beside[one].add(other)
                beside[other].add(one)
    found = dict(kept)
    for key in order:
        if key not in found:
            taken = {found[other] for other in beside[key] if other in found}
            used = Counter(found.values())
            found[key] = min(range(COLOURS), key=lambda colour: (colour in taken, used[colour], colour))
    return found
