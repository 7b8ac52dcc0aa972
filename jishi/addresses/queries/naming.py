"""Which addresses and units have a name that contains a text."""

from dataclasses import dataclass

from django.db import connection

from jishi.addresses.models import Alias
from jishi.addresses.rules.asking import narrowing
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import folded, initials
from jishi.territory.queries import UnitRow, tree

_NAMED_DEPTHS = (1, 2)  # towns and communities; a grid is no part of an address
_CANDIDATES = 1_000  # names looked at for one word
_PROBES = 40  # names looked at to learn whether a text is in any


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


def units_named(text: str) -> list[UnitRow]:
    """Towns and communities of today with a name that contains the text."""
    return [unit for depth in _NAMED_DEPTHS for unit in tree().at(depth) if _has(unit.name, text)]


def spots_named(text: str, most: int = _CANDIDATES) -> list[Spot]:
    """Live addresses with a name, of today or otherwise, that contains the text; at most ``most`` are looked at."""
    candidates = _with_grams(text, most)
    found = [spot for spot in candidates if _has(spot.name, text)]
    if len(found) == len(candidates):
        return found
    taken = {spot.id for spot in found}
    rest = {spot.id: spot for spot in candidates if spot.id not in taken}
    names = Alias.objects.filter(address_id__in=rest, valid_to__isnull=True).values_list("address_id", "name")
    return found + [rest[id] for id in {id for id, name in names if _has(name, text)}]


def longest_name(text: str) -> int:
    """How many characters at the beginning of a text are contained in one name; 0 if not even the first is.

    A name that contains a text contains its beginnings too, so halving finds the end.
    """
    good, bad, middle = 0, len(text) + 1, len(text)
    while bad - good > 1:
        if _is_in_a_name(text[:middle]):
            good = middle
        else:
            bad = middle
        middle = (good + bad) // 2
    return good


def _is_in_a_name(text: str) -> bool:
    return bool(units_named(text) or spots_named(text, _PROBES) or spots_named(text))


def _has(name: str, text: str) -> bool:
    return text in folded(name) or text in initials(name)


def _with_grams(text: str, most: int) -> list[Spot]:
    """Addresses that have the rarest pairs of the text, side by side or not. Those of ended ones are not kept."""
    first, *others = narrowing(text)
    joins = "".join(
        f" JOIN addresses_gram g{place} ON g{place}.address_id = g.address_id AND g{place}.text = %s"
        for place in range(len(others))
    )
    # Only the names of the joined tables are put together here.
    asked = (
        "SELECT a.id, a.name, a.level, a.path, a.unit_id FROM addresses_gram g"  # noqa: S608
        f"{joins} JOIN addresses_address a ON a.id = g.address_id WHERE g.text = %s LIMIT {most}"
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [*others, first])
        return [Spot(id, name, Level(level), path, unit_id) for id, name, level, path, unit_id in cursor.fetchall()]
