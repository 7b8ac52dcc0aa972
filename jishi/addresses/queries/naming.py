"""Which addresses and units have a name that contains a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from jishi.addresses.rules.asking import narrowing
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import folded, initials
from jishi.territory.queries import UnitRow, tree

_NAMED_DEPTHS = (1, 2)  # towns and communities; a grid is no part of an address
_CANDIDATES = 400  # names looked at for one word
_PROBES = 20  # names looked at to learn whether a text is in any


@dataclass(frozen=True, slots=True)
class Spot:
    """As much of an address as a search needs on its way."""

    id: int
    name: str
    level: Level
    path: str
    unit_id: int

    @property
    def line(self) -> list[int]:
        return [int(part) for part in self.path.strip("/").split("/")]


class Names:
    """The names of today as one search asks for them: each question goes to the database once."""

    def __init__(self) -> None:
        self._known: dict[str, list[Spot]] = {}

    def units(self, text: str) -> list[UnitRow]:
        """Towns and communities of today with a name that contains the text."""
        return [unit for depth in _NAMED_DEPTHS for unit in tree().at(depth) if _has(unit.name, text)]

    def spots(self, text: str) -> list[Spot]:
        """Live addresses with a name, of today or otherwise, that contains the text."""
        if text not in self._known:
            self._known[text] = _having(text, _with_grams(text, _CANDIDATES))
        return self._known[text]

    def spots_among(self, text: str, ids: Sequence[int]) -> list[Spot]:
        """Those of some addresses that have a name with the text."""
        return _having(text, _with_grams(text, _CANDIDATES, ids))

    def contain(self, text: str) -> bool:
        """Whether some name contains the text."""
        if text in self._known or self.units(text):
            return bool(self._known.get(text, True))
        few = _with_grams(text, _PROBES)
        if _having(text, few):
            return True
        if len(few) < _PROBES:  # these were all there are
            self._known[text] = []
        return bool(self.spots(text))


def _having(text: str, candidates: Iterable[tuple[Spot, str]]) -> list[Spot]:
    """Each address of which a name contains the text, once."""
    return list({spot.id: spot for spot, name in candidates if _has(name, text)}.values())


def _has(name: str, text: str) -> bool:
    return text in folded(name) or text in initials(name)


def _with_grams(text: str, most: int, among: Sequence[int] = ()) -> list[tuple[Spot, str]]:
    """Addresses that have the rarest pairs of the text, side by side or not, once with each of their names.

    Pairs of ended addresses are not kept.
    """
    first, *others = narrowing(text)
    joins = "".join(
        f" JOIN addresses_gram g{place} ON g{place}.address_id = g.address_id AND g{place}.text = %s"
        for place in range(len(others))
    )
    only = f" AND g.address_id IN ({', '.join('%s' for _ in among)})" if among else ""
    # Only the names of the joined tables are put together here.
    asked = (
        "SELECT a.id, a.name, a.level, a.path, a.unit_id, o.name FROM addresses_gram g"  # noqa: S608
        f"{joins} JOIN addresses_address a ON a.id = g.address_id"
        " LEFT JOIN addresses_alias o ON o.address_id = a.id AND o.valid_to IS NULL"
        f" WHERE g.text = %s{only} LIMIT {most}"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [*others, first, *among])
        found = cursor.fetchall()
    spots = [(Spot(id, name, Level(level), path, unit_id), other) for id, name, level, path, unit_id, other in found]
    return [(spot, name) for spot, other in spots for name in (spot.name, other) if name]
