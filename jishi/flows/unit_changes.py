"""A unit is split, merged, moved or renamed, or the grids of a community are drawn anew, and all that was theirs goes
on with their successors, in one transaction: the bodies located there, what the duty lists name, the people posted
there, the addresses, the households, homes and premises, the components that stand there and the matters that lie open
there.

What has a place of its own goes to the successor on whose ground that is; people and bodies, and whatever nothing tells
of, go to the primary successor.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from jishi.accounts import actions as accounts
from jishi.accounts import queries as people
from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.addresses import actions as addresses
from jishi.duties import actions as duties
from jishi.duties import queries as duty_queries
from jishi.kernel.errors import Forbidden, Invalid
from jishi.matters.actions.hand_over import hand_over_bodies, hand_over_ended_units, hand_over_open_matters
from jishi.organizations import actions as organizations
from jishi.organizations import queries as bodies
from jishi.parts import actions as parts
from jishi.planning import actions as planning
from jishi.registers.actions import grids as registers
from jishi.territory import actions as territory
from jishi.territory import queries as units
from jishi.territory.queries import UnitRow, onward
from jishi.territory.rules.actors import Actor, Operator
from jishi.territory.rules.codes import OFFICIAL_DEPTH
from jishi.territory.rules.heirs import Heirs
from jishi.territory.rules.redrawing import Redrawn
from jishi.territory.rules.succession import Part

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much

OPERATOR = Operator("系统管理员")


def silent(_what: str, _done: int, _total: int) -> None:
    """For whoever does not look."""


@dataclass(frozen=True, slots=True)
class Followed:
    """How much went on with its units: bodies located anew, bodies absorbed by others, postings, open matters,
    households, addresses and components."""

    bodies: int = 0
    absorbed: int = 0
    postings: int = 0
    matters: int = 0
    households: int = 0
    addresses: int = 0
    components: int = 0


@dataclass(frozen=True, slots=True)
class UnitsChanged:
    """What a change did: the units the change is about, how many rows of units began in all, and what followed.

    ``vacant`` are the grids among them for which no grid worker is posted. ``parts`` are, after a redrawing, the units
    that the parts of the new division are, in their order; some may have been there before.
    """

    cause: str
    day: dt.date
    units: tuple[UnitRow, ...]
    begun: int
    followed: Followed
    vacant: tuple[UnitRow, ...] = ()
    parts: tuple[UnitRow, ...] = ()

    def __str__(self) -> str:
        names = "、".join(f"{unit.name}（{unit.code}）" for unit in self.units)
        done = self.followed
        lines = [
            f"{self.cause}完成，自{self.day.year}年{self.day.month}月{self.day.day}日起：{names}",
            f"  治理单元：新设{self.begun}（含随上级调整的下级单元）",
            f"  组织机构：随迁{done.bodies}，并入{done.absorbed}",
            f"  人员任职：调整{done.postings}",
            f"  住户：随迁{done.households}",
            f"  未办结事项：移交{done.matters}",
            f"  标准地址：随迁{done.addresses}",
            f"  部件：随迁{done.components}",
        ]
        if self.vacant:
            lines.append(f"  尚无网格员：{'、'.join(unit.name for unit in self.vacant)}")
        return "\n".join(lines)


def split(
    *,
    unit_id: int,
    parts: Sequence[Part],
    primary: int = 0,
    by: Actor,
    now: dt.datetime,
    progress: Progress = silent,
) -> UnitsChanged:
    """One unit becomes ``parts``; people and bodies go to the part at index ``primary``, and so does what has no place.

    Raises Invalid for parts that make no sense, Conflict if the unit has ended or a code is taken, Forbidden for a
    viewer who does not manage the place.
    """
    return _managed(
        lambda: territory.split_unit(unit_id=unit_id, parts=parts, primary=primary, by=by, now=now), by, now, progress
    )


def merge(
    *, unit_ids: Sequence[int], into: Part, by: Actor, now: dt.datetime, progress: Progress = silent
) -> UnitsChanged:
    """Units under one parent become one. Where it can have only one grid centre or office, that of the first stays."""
    return _managed(lambda: territory.merge_units(unit_ids=unit_ids, into=into, by=by, now=now), by, now, progress)


def move(
    *, unit_id: int, parent_id: int, code: str = "", by: Actor, now: dt.datetime, progress: Progress = silent
) -> UnitsChanged:
    """A unit with everything below it comes under another parent."""
    return _managed(
        lambda: territory.move_unit(unit_id=unit_id, parent_id=parent_id, code=code, by=by, now=now), by, now, progress
    )


def rename(
    *, unit_id: int, name: str, kind: str = "", by: Actor, now: dt.datetime, progress: Progress = silent
) -> UnitsChanged:
    """A unit is called differently from today on, or becomes another kind at the same level."""
    return _managed(
        lambda: territory.rename_unit(unit_id=unit_id, name=name, kind=kind, by=by, now=now), by, now, progress
    )


def _managed(act: Callable[[], territory.Changed], by: Actor, now: dt.datetime, progress: Progress) -> UnitsChanged:
    if isinstance(by, Viewer) and by is not SYSTEM:
        by.check(Permission.MANAGE_PLACE)
    return _change(act, by, now, progress)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a new division says of things that would not find their grid by themselves.

    ``addresses``: by address id the unit in which it and everything below it lies. ``rest``: by the id of a former
    unit the unit of its households, homes and premises without an address. ``opened``: the community whose own
    addresses, homes and premises go to the grids below it; ``first`` if these are its first, so that its components
    and open matters go too.
    """

    addresses: Mapping[int, UnitRow] = field(default_factory=dict)
    rest: Mapping[int, int] = field(default_factory=dict)
    opened: UnitRow | None = None
    first: bool = False


def redraw(
    *,
    community_id: int,
    parts: Sequence[Redrawn],
    addresses: Mapping[int, int] | None = None,
    rest: Mapping[int, int] | None = None,
    by: Actor,
    now: dt.datetime,
    progress: Progress = silent,
) -> UnitsChanged:
    """The grids of a community become ``parts``, and everything goes to the grid in which it lies then.

    ``addresses`` gives by address id the index of the part in which it and everything below it lies; ``rest`` by the
    id of a present grid (or of the community itself) the index of the part that takes its households, homes and
    premises without an address, if that is not the primary one. For who manages the place, and who approves divisions
    of ground in which the community lies.

    Raises Invalid for a division that makes no sense, Conflict if the community or one of its grids has ended or an
    address lies elsewhere by now, Forbidden. A caller whose own transaction is rolled back afterwards must call
    ``forget_places``.
    """
    _check_may_redraw(community_id, by)
    said, left = addresses or {}, rest or {}
    if not {*said.values(), *left.values()} <= set(range(len(parts))):
        raise Invalid("有的地址划给了不存在的网格。", field="addresses")
    community = units.unit_on_record(community_id)

    def act() -> territory.Changed:
        return territory.redraw_units(community_id=community_id, parts=parts, by=by, now=now)

    def sharing(changed: territory.Changed) -> Sharing:
        return Sharing(
            {id: changed.parts[index] for id, index in said.items()},
            {former: changed.parts[index].id for former, index in left.items()},
            community,
            first=not any(part.formers for part in parts),
        )

    return _change(act, by, now, progress, sharing)


def _check_may_redraw(community_id: int, by: Actor) -> None:
    if not isinstance(by, Viewer) or by is SYSTEM or by.may(Permission.MANAGE_PLACE):
        return
    by.check(Permission.APPROVE_GRIDS)
    community = units.unit_on_record(community_id)
    if community is not None and not any(grant.covers(community.path) for grant in by.having(Permission.APPROVE_GRIDS)):
        raise Forbidden("这个社区不在您负责的范围内")


def _alone(_changed: territory.Changed) -> Sharing:
    """Nothing is said beyond the change itself."""
    return Sharing()


def _change(
    act: Callable[[], territory.Changed],
    by: Actor,
    now: dt.datetime,
    progress: Progress,
    sharing: Callable[[territory.Changed], Sharing] = _alone,
) -> UnitsChanged:
    try:
        with transaction.atomic():
            changed = act()
            followed = follow(changed.follows, by=by, now=now, progress=progress, sharing=sharing(changed))
            transaction.on_commit(forget_places)
    finally:
        forget_places()  # after a rollback too: what was read inside never happened
    top = min((unit.depth for unit in changed.begun), default=0)
    about = tuple(unit for unit in changed.begun if unit.depth == top)
    grids = [unit for unit in about if unit.depth > OFFICIAL_DEPTH]
    vacant = tuple(unit for unit in grids if not people.staff_in(unit.path, Role.GRID_WORKER, changed.day))
    return UnitsChanged(changed.cause, changed.day, about, len(changed.begun), followed, vacant, changed.parts)


def follow(
    follows: Iterable[territory.Follow],
    *,
    by: Actor,
    now: dt.datetime,
    progress: Progress = silent,
    sharing: Sharing | None = None,
) -> Followed:
    """What belonged to units that have ended goes on with their successors, inside the caller's transaction.

    A unit may have been changed several times at once; everything goes to where its line ends.
    """
    heirs = Heirs({one.former_id: one.successor_id for one in follows})
    depths = {one.former_id: one.depth for one in follows}
    ordered = sorted(depths, key=lambda former: -depths[former])  # a grid's matters before those of its community
    moves = [(former, heirs.last(former)) for former in ordered]
    said = sharing or Sharing()
    opened = [(said.opened.id, said.opened.id)] if said.opened is not None else []
    if not moves and not opened:
        return Followed()
    located = organizations.follow_units(moves=moves, by=by, now=now)
    carried = addresses.follow_units(moves=[*moves, *opened], to=said.addresses, by=by, now=now)
    codes = [(bodies.code_on_record(former), bodies.code_on_record(heir)) for former, heir in located.absorbed]
    duties.follow_bodies(absorbed=codes, by=by, now=now)
    postings = accounts.follow_units(moves=moves, absorbed=located.absorbed, by=by, now=now)
    hand_over_bodies(absorbed=located.absorbed, now=now)
    households = registers.follow_units(moves=[*moves, *opened], rest=said.rest, by=by, now=now)
    planning.follow_units(moves=moves, now=now)
    if said.first and said.opened is not None:
        moves, depths = opened, {said.opened.id: said.opened.depth}
    components = parts.follow_units(moves=moves, by=by, now=now, absorbed=located.absorbed)
    matters = 0
    for done, way in enumerate(onward(moves), start=1):
        matters += hand_over_open_matters(way=way, depth=depths[way.former_id], now=now)
        progress("移交未办结事项", done, len(moves))
    return Followed(located.moved, len(located.absorbed), postings, matters, households, carried, components)


def catch_up(*, now: dt.datetime) -> int:
    """What was posted, entered or registered in the very moment of a change goes on too; returns how many rows did."""
    carried = addresses.follow_ended_units(now=now)
    households = registers.follow_ended_units(now=now) + parts.follow_ended_units(now=now)
    return carried + accounts.follow_ended_units(now=now) + households + hand_over_ended_units(now=now)


def forget_places() -> None:
    """Everything kept of the place in this process is read anew."""
    for room in (units, bodies, duty_queries):
        room.forget_cache()
