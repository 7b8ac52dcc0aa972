"""To which of several units each address goes when their ground is shared out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jishi.addresses.models import Address
from jishi.addresses.rules.levels import Level
from jishi.kernel.errors import Conflict
from jishi.territory.queries import Onward, UnitRow

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Lying:
    """An address that lies in the unit; ``path`` tells what it lies in."""

    id: int
    level: str
    path: str
    longitude: float | None
    latitude: float | None
    full_name: str

    @property
    def line(self) -> tuple[int, ...]:
        """Ids from the address up to the road."""
        return tuple(int(id) for id in reversed(self.path.strip("/").split("/")))

    @property
    def has_ground(self) -> bool:
        """A road or a village group has a length, and its point says nothing of where it lies."""
        return not Level(self.level).is_place_name


def shared_out(rows: Sequence[Lying], way: Onward, said: Mapping[int, UnitRow]) -> dict[int, int]:
    """The unit id of each address that does not simply stay or go to the heir, by address id.

    What is ``said`` of an address or of the nearest one above it goes before its point, its point before what it lies
    in. Raises Conflict if it is said to go where nothing of the unit goes.
    """
    ordered = sorted(rows, key=lambda row: row.path.count("/"))
    known = _above(ordered, way)
    heir = None if way.stays else way.heir_id
    found: dict[int, int] = {}
    for row in ordered:
        wanted = next((said[id] for id in row.line if id in said), None)
        unit_id = _said(row, wanted, way) if wanted is not None else _found(row, way, known)
        if unit_id is None:
            unit_id = heir
        if unit_id is not None:
            known[row.id] = found[row.id] = unit_id
    return found


def _said(row: Lying, wanted: UnitRow, way: Onward) -> int:
    taker = way.holding(wanted.path) or next((unit for unit in way.units if unit.is_within(wanted)), None)
    if taker is None:
        raise Conflict(f"“{row.full_name}”现在所在的单元没有划给“{wanted.name}”，可能刚刚有人改过，请刷新后再看。")
    return taker.id


def _found(row: Lying, way: Onward, known: Mapping[int, int]) -> int | None:
    # What already lay in several units above the ones shared out among stays there, if it is a road.
    at = way.part_at(row.longitude, row.latitude) if row.has_ground or not way.stays else None
    if at is not None:
        return at.id
    return next((known[id] for id in row.line if id in known), None)


def _above(rows: Iterable[Lying], way: Onward) -> dict[int, int]:
    """What lies above the addresses and has gone on already, with its unit."""
    rows = list(rows)
    ids = sorted({id for row in rows for id in row.line} - {row.id for row in rows})
    found: dict[int, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        upper = Address.objects.filter(pk__in=ids[start : start + _AT_ONCE], valid_to__isnull=True)
        for id, path in upper.values_list("id", "unit__path"):
            unit = way.holding(path)
            if unit is not None:
                found[id] = unit.id
    return found
