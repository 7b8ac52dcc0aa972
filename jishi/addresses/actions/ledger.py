"""What every write of this room does around itself: ask who may, leave an audit line, keep the search in step."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.addresses.models import Address, Alias, Gram
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import grams
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict, Forbidden, NotFound
from jishi.territory.queries import UnitRow

INSIDE = frozenset({Level.ENTRANCE, Level.FLOOR, Level.ROOM})


def check_may_write(by: Viewer, unit: UnitRow, level: Level) -> None:
    """Administrators write every address; who works in a grid may add what is inside a building there.

    Raises Forbidden.
    """
    if by is SYSTEM or by.may(Permission.MANAGE_PLACE):
        return
    if level in INSIDE and any(grant.covers(unit.path) for grant in by.having(Permission.SETTLE)):
        return
    raise Forbidden("地址由系统管理员维护；网格员只能补登本网格楼内的单元、楼层和室。")


def check_manages(by: Viewer) -> None:
    if by is not SYSTEM and not by.may(Permission.MANAGE_PLACE):
        raise Forbidden("地址由系统管理员维护。")


def live_row(address_id: int) -> Address:
    """A live address, locked until the transaction ends; raises NotFound, or Conflict if it has been cancelled."""
    row = Address.objects.select_for_update().filter(pk=address_id).first()
    if row is None:
        raise NotFound("没有这个地址。")
    if row.valid_to is not None:
        raise Conflict(f"“{row.full_name}”已经注销。")
    return row


def written(row: Address, action: str, facts: dict[str, Any], by: Viewer, now: dt.datetime, *, first: bool) -> None:
    record(
        stream=f"address:{row.pk}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=f"address_{action}",
        subject=row.full_name,
        facts=facts,
        at=now,
        first=first,
    )


def index(address_ids: Iterable[int]) -> None:
    """The pieces by which these addresses are found, made anew from their names of today; none for ended ones."""
    ids = set(address_ids)
    names: dict[int, list[str]] = {
        pk: [name] for pk, name in Address.objects.filter(pk__in=ids, valid_to__isnull=True).values_list("pk", "name")
    }
    other = Alias.objects.filter(address_id__in=names, valid_to__isnull=True)
    for pk, name in other.values_list("address_id", "name"):
        names[pk].append(name)
    Gram.objects.filter(address_id__in=ids).delete()
    Gram.objects.bulk_create(
        (Gram(text=text, address_id=pk) for pk, known in names.items() for text in sorted(grams(known))),
        batch_size=2_000,
    )
