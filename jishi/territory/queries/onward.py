"""Where what lay in units that have ended goes on, read from the database as the transaction at work has left it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from jishi.territory.models import Boundary, Succession, Unit
from jishi.territory.queries.reading import FIELDS, Ground, UnitRow, ground


@dataclass(frozen=True, slots=True)
class Onward:
    """The live ``units`` among which what lay in ``former_id`` is shared out; ``heir_id`` is for what nothing tells of.

    For a unit that is still live and its own heir these are the units below it: what lies in the unit itself may go on
    to one of them, or stay.
    """

    former_id: int
    heir_id: int
    units: tuple[UnitRow, ...]
    grounds: tuple[Ground, ...]  # of these units and all below them, the deepest first

    @property
    def is_shared(self) -> bool:
        """Whether it has to be asked where each thing goes: otherwise everything goes to the heir."""
        return len(self.units) > 1 or self.stays

    @property
    def stays(self) -> bool:
        return self.former_id == self.heir_id

    def holding(self, path: str) -> UnitRow | None:
        """The one of the units that is, or holds, the unit with this path."""
        return next((unit for unit in self.units if path.startswith(unit.path)), None)

    def at(self, longitude: float | None, latitude: float | None) -> UnitRow | None:
        """The deepest unit on whose ground a point lies (WGS84 degrees)."""
        if longitude is None or latitude is None:
            return None
        return next((ground.unit for ground in self.grounds if ground.holds(longitude, latitude)), None)

    def part_at(self, longitude: float | None, latitude: float | None) -> UnitRow | None:
        """The one of the units on whose ground a point lies."""
        found = self.at(longitude, latitude)
        return self.holding(found.path) if found is not None else None


def onward(moves: Iterable[tuple[int, int]]) -> list[Onward]:
    """One for each pair of a unit that was changed and its heir, in their order."""
    pairs = list(moves)
    after = _after({former for former, _ in pairs})
    found = {former: sorted(after[former], key=lambda unit: unit.code) for former, _ in pairs}
    shared = {
        unit.id: unit for former, heir in pairs if len(found[former]) > 1 or former == heir for unit in found[former]
    }
    grounds = _grounds(list(shared.values()))
    return [
        Onward(
            former,
            heir,
            tuple(found[former]),
            tuple(one for one in grounds if any(one.unit.is_within(unit) for unit in found[former])),
        )
        for former, heir in pairs
    ]


def _after(former_ids: set[int]) -> dict[int, list[UnitRow]]:
    """The live units at the ends of all lines from each unit; of a live one the units below it."""
    links: dict[int, set[int]] = defaultdict(set)
    ahead, seen = set(former_ids), set(former_ids)
    while ahead:
        pairs = list(Succession.objects.filter(former_id__in=ahead).values_list("former_id", "successor_id"))
        for former, successor in pairs:
            links[former].add(successor)
        ahead = {successor for _, successor in pairs} - seen
        seen |= ahead
    meant = Q(pk__in=seen) | Q(parent_id__in=former_ids)
    live = [UnitRow(*row) for row in Unit.objects.filter(meant, valid_to__isnull=True).values_list(*FIELDS)]
    by_id = {unit.id: unit for unit in live}
    found: dict[int, list[UnitRow]] = {}
    for former in former_ids:
        if former in by_id:
            found[former] = [unit for unit in live if unit.parent_id == former]
        else:
            found[former] = [by_id[id] for id in _ends(former, links) if id in by_id]
    return found


def _ends(unit_id: int, links: dict[int, set[int]]) -> set[int]:
    ends: set[int] = set()
    ahead, seen = {unit_id}, {unit_id}
    while ahead:
        ends |= {id for id in ahead if not links[id]}
        ahead = {successor for id in ahead for successor in links[id]} - seen
        seen |= ahead
    return ends


def _grounds(units: Sequence[UnitRow]) -> list[Ground]:
    if not units:
        return []
    inside = Q()
    for unit in units:
        inside |= Q(path__startswith=unit.path)
    below = Unit.objects.filter(inside, valid_to__isnull=True).values_list(*FIELDS)
    rows = {row[0]: UnitRow(*row) for row in below}
    held = Boundary.objects.filter(valid_to__isnull=True, unit_id__in=rows)
    found = [ground(rows[id], *rest) for id, *rest in held.values_list("unit_id", "geometry", "is_sketch")]
    return sorted(found, key=lambda one: (-one.unit.depth, one.unit.code))
