"""Finding an address by any of its names, by a part of one, by pinyin initials, by numbers, by its code.

Names are found through their pairs of characters (Gram), which are few: a county has some ten thousand names. The
million of numbered doors and rooms is reached from there, parent by parent, through one index.
"""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from jishi.addresses.models import Address
from jishi.addresses.queries.naming import Names, Spot
from jishi.addresses.queries.reading import rows_of
from jishi.addresses.rules.asking import Number, Token, Word, tokens
from jishi.addresses.rules.codes import looks_like_code, parse_code
from jishi.addresses.rules.levels import RANKS, Level
from jishi.addresses.rules.naming import folded, natural
from jishi.addresses.rules.rows import AddressRow
from jishi.territory.queries import UnitRow, tree

LIMIT = 20
_FRONTIER = 200  # addresses from which the next word or number is looked for
_SKIPPED_LEVELS = 3  # 3栋301 leaves out the entrance and the floor
_BELOW_AT_MOST = 2_000  # addresses stepped over on the way
_LIVE = Q(valid_to__isnull=True)


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gives: the addresses, best first. Not ``complete`` if only the beginning of what was typed could
    be found: 东门路99号 where the road has no such door."""

    rows: list[AddressRow]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Frontier:
    """Where the words so far lead to: addresses, and units as far as no address was named."""

    spots: list[Spot] = field(default_factory=list)
    units: list[UnitRow] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.spots or self.units)

    def below(self) -> Q:
        """What stands directly below it."""
        found = Q(parent_id__in=[spot.id for spot in self.spots])
        return found | _tops_of(self.units) if self.units else found


def search(typed: str, *, within: UnitRow | None = None, limit: int = LIMIT) -> Found:
    """Live addresses that fit what was typed, in the whole county or within one unit."""
    if looks_like_code(typed):
        known = _spots(Address.objects.filter(_LIVE, code=parse_code(typed)))
        if known:
            return Found(_rows(_inside(known, within)))
    steps: list[_Frontier] = []
    names = Names()
    asked = list(tokens(typed, names.contain))
    for token in asked:
        further = _further(steps[-1] if steps else None, token, names, within)
        if not further:
            break
        steps.append(further)
    if len(steps) == len(asked) and asked:
        spots = _listed(steps[-1], within)
        return Found(_rows((spots + _besides(steps, asked[-1], spots, within))[:limit]))
    begun = _begun(steps[-1], asked[-1], within) if len(steps) == len(asked) - 1 and steps else []
    near = _listed(steps[-1], within) if steps else []
    return Found(_rows((begun or near)[:limit]), complete=bool(begun))


def _further(here: _Frontier | None, token: Token, names: Names, within: UnitRow | None) -> _Frontier:
    if isinstance(token, Word):
        return _named(here, token.text, names, within)
    if here is None:
        return _Frontier(_numbered_anywhere(token, within))
    return _Frontier(_inside(_numbered(here, token), within))


def _named(here: _Frontier | None, text: str, names: Names, within: UnitRow | None) -> _Frontier:
    units = names.units(text)
    if here is None:
        spots = names.spots(text)
    else:
        units = [unit for unit in units if any(unit.is_within(upper) for upper in here.units)]
        spots = _named_below(here, text, names)
    return _Frontier(sorted(_inside(spots, within), key=lambda spot: _rank(spot, text))[:_FRONTIER], units)


def _named_below(here: _Frontier, text: str, names: Names) -> list[Spot]:
    """What has the name at or below the frontier; 幸福 小区 may be two parts of one name."""
    at = [spot.id for spot in here.spots]
    spots = names.spots_among(text, at) if at else []
    if spots:
        return spots
    above = set(at)
    return [spot for spot in names.spots(text) if above.intersection(spot.line) or _lies_in(spot, here.units)]


def _rank(spot: Spot, text: str) -> tuple[bool, bool, int, int, object]:
    name = folded(spot.name)
    return name != text, not name.startswith(text), RANKS[spot.level], len(name), natural(spot.name)


def _inside(spots: list[Spot], within: UnitRow | None) -> list[Spot]:
    return spots if within is None else [spot for spot in spots if _lies_in(spot, [within])]


def _lies_in(spot: Spot, units: list[UnitRow]) -> bool:
    here = tree().by_id.get(spot.unit_id)
    return here is not None and any(here.is_within(unit) for unit in units)


def _tops_of(units: list[UnitRow]) -> Q:
    ids = [unit.id for upper in units for unit in tree().subtree(upper.id)]
    return Q(parent__isnull=True, unit_id__in=ids)


def _spots(found: QuerySet[Address]) -> list[Spot]:
    return [
        Spot(id, name, Level(level), path, unit_id)
        for id, name, level, path, unit_id in found.values_list("id", "name", "level", "path", "unit_id")
    ]


def _numbered_anywhere(number: Number, within: UnitRow | None) -> list[Spot]:
    """Any addresses with this number: whoever types only 301 is shown that it is too little."""
    found = Address.objects.filter(_LIVE, key__in=number.keys)
    if within is not None:
        found = found.filter(unit_id__in=[unit.id for unit in tree().subtree(within.id)])
    return _in_order(_spots(found[:_FRONTIER]))


def _numbered(here: _Frontier, number: Number) -> list[Spot]:
    """What has the number below the frontier. Inside a building levels may be left out and are stepped over."""
    below = here.below()
    ahead = [spot.id for spot in here.spots if spot.level.has_code]
    for _ in range(_SKIPPED_LEVELS):
        for key in number.keys:
            found = _spots(Address.objects.filter(_LIVE, below, key=key)[:_FRONTIER])
            if found:
                return _in_order(found)
        over = Address.objects.filter(_LIVE, parent_id__in=ahead)
        ahead = list(over.values_list("pk", flat=True)[:_BELOW_AT_MOST])
        if not ahead:
            break
        below = Q(parent_id__in=ahead)
    return _apart(here, number)


def _apart(here: _Frontier, number: Number) -> list[Spot]:
    """3-2-301 for 3栋2单元301室."""
    parts = number.keys[-1].split("-")
    if len(parts) == 1:
        return []
    for part in parts:
        here = _Frontier(_numbered(here, Number((part,))))
        if not here:
            return []
    return here.spots


def _in_order(spots: list[Spot]) -> list[Spot]:
    return sorted(spots, key=lambda spot: (RANKS[spot.level], natural(spot.name), spot.id))


def _listed(here: _Frontier, within: UnitRow | None) -> list[Spot]:
    """The addresses themselves; if only a town or a community was named, what is at the top there."""
    if here.spots:
        return here.spots
    return _inside(_in_order(_spots(Address.objects.filter(_LIVE, _tops_of(here.units))[:_FRONTIER])), within)


def _besides(steps: list[_Frontier], last: Token, shown: list[Spot], within: UnitRow | None) -> list[Spot]:
    """What is offered after the addresses themselves: numbers that begin as the one typed, or what lies below."""
    found = _begun(steps[-2], last, within) if len(steps) > 1 else []
    if not found and steps[-1].spots:
        below = Address.objects.filter(_LIVE, parent_id=steps[-1].spots[0].id)
        found = _inside(_in_order(_spots(below[:_FRONTIER])), within)
    known = {spot.id for spot in shown}
    return [spot for spot in found if spot.id not in known]


def _begun(here: _Frontier, last: Token, within: UnitRow | None) -> list[Spot]:
    """What has a number that begins as the last one typed: somebody is still typing."""
    if isinstance(last, Word):
        return []
    begun = Address.objects.filter(_LIVE, here.below(), key__startswith=last.keys[-1])
    return _inside(_in_order(_spots(begun[:_FRONTIER])), within)


def _rows(spots: list[Spot]) -> list[AddressRow]:
    by_id = {row.id: row for row in rows_of(Address.objects.filter(pk__in=[spot.id for spot in spots]))}
    return [by_id[spot.id] for spot in spots if spot.id in by_id]
