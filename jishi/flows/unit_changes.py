"""A unit is split, merged, moved or renamed, and all that was its goes on with its successor, in one transaction: the
bodies located in it, what the duty lists name, the people posted to it, the households, homes and premises in it, the
components that stand there and the matters that lie open in it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction

from jishi.accounts import actions as accounts
from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.addresses import actions as addresses
from jishi.duties import actions as duties
from jishi.duties import queries as duty_queries
from jishi.matters.actions.hand_over import hand_over_bodies, hand_over_ended_units, hand_over_open_matters
from jishi.organizations import actions as organizations
from jishi.organizations import queries as bodies
from jishi.parts import actions as parts
from jishi.registers.actions import grids as registers
from jishi.territory import actions as territory
from jishi.territory import queries as units
from jishi.territory.queries import UnitRow
from jishi.territory.rules.actors import Actor, Operator
from jishi.territory.rules.heirs import Heirs
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
    """What a change did: the units the change is about, how many rows of units began in all, and what followed."""

    cause: str
    day: dt.date
    units: tuple[UnitRow, ...]
    begun: int
    followed: Followed

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
    """One unit becomes ``parts``; people, bodies and open matters go to the part at index ``primary``.

    Raises Invalid for parts that make no sense, Conflict if the unit has ended or a code is taken, Forbidden for a
    viewer who does not manage the place.
    """
    return _change(
        lambda: territory.split_unit(unit_id=unit_id, parts=parts, primary=primary, by=by, now=now), by, now, progress
    )


def merge(
    *, unit_ids: Sequence[int], into: Part, by: Actor, now: dt.datetime, progress: Progress = silent
) -> UnitsChanged:
    """Units under one parent become one. Where it can have only one grid centre or office, that of the first stays."""
    return _change(lambda: territory.merge_units(unit_ids=unit_ids, into=into, by=by, now=now), by, now, progress)


def move(
    *, unit_id: int, parent_id: int, code: str = "", by: Actor, now: dt.datetime, progress: Progress = silent
) -> UnitsChanged:
    """A unit with everything below it comes under another parent."""
    return _change(
        lambda: territory.move_unit(unit_id=unit_id, parent_id=parent_id, code=code, by=by, now=now), by, now, progress
    )


def rename(
    *, unit_id: int, name: str, kind: str = "", by: Actor, now: dt.datetime, progress: Progress = silent
) -> UnitsChanged:
    """A unit is called differently from today on, or becomes another kind at the same level."""
    return _change(
        lambda: territory.rename_unit(unit_id=unit_id, name=name, kind=kind, by=by, now=now), by, now, progress
    )


def _change(act: Callable[[], territory.Changed], by: Actor, now: dt.datetime, progress: Progress) -> UnitsChanged:
    if isinstance(by, Viewer) and by is not SYSTEM:
        by.check(Permission.MANAGE_PLACE)
    try:
        with transaction.atomic():
            changed = act()
            followed = follow(changed.follows, by=by, now=now, progress=progress)
    finally:
        forget_places()  # after a rollback too: what was read inside never happened
    top = min(unit.depth for unit in changed.begun)
    about = tuple(unit for unit in changed.begun if unit.depth == top)
    return UnitsChanged(changed.cause, changed.day, about, len(changed.begun), followed)


def follow(
    follows: Iterable[territory.Follow], *, by: Actor, now: dt.datetime, progress: Progress = silent
) -> Followed:
    """What belonged to units that have ended goes on with their successors, inside the caller's transaction.

    A unit may have been changed several times at once; everything goes to where its line ends.
    """
    heirs = Heirs({one.former_id: one.successor_id for one in follows})
    depths = {one.former_id: one.depth for one in follows}
    ordered = sorted(depths, key=lambda former: -depths[former])  # a grid's matters before those of its community
    moves = [(former, heirs.last(former)) for former in ordered]
    if not moves:
        return Followed()
    located = organizations.follow_units(moves=moves, by=by, now=now)
    carried = addresses.follow_units(moves=moves, by=by, now=now)
    codes = [(bodies.code_on_record(former), bodies.code_on_record(heir)) for former, heir in located.absorbed]
    duties.follow_bodies(absorbed=codes, by=by, now=now)
    postings = accounts.follow_units(moves=moves, absorbed=located.absorbed, by=by, now=now)
    hand_over_bodies(absorbed=located.absorbed, now=now)
    households = registers.follow_units(moves=moves, by=by, now=now)
    components = parts.follow_units(moves=moves, by=by, now=now, absorbed=located.absorbed)
    matters = 0
    for done, (former, heir) in enumerate(moves, start=1):
        matters += hand_over_open_matters(former_id=former, depth=depths[former], successor_id=heir, now=now)
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
