"""What every write of this room does around itself: look whose record it is, and leave an audit line.

The line names fields, never values: whoever reads the audit learns what was done, not about whom something is known.
"""

import datetime as dt
from typing import Any

from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Forbidden, Invalid, NotFound
from jishi.registers.models import Registered
from jishi.registers.queries.scope import MODELS, records, unit_ids
from jishi.registers.rules.vocabulary import RecordKind
from jishi.territory.queries import children, unit
from jishi.territory.rules.actors import Actor

KEEP = Permission.KEEP_REGISTER
COMMUNITY_DEPTH, _GRID_DEPTH = 2, 3


def day_of(now: dt.datetime) -> dt.date:
    return localdate(now)


def written(
    kind: RecordKind, record_id: int, action: str, by: Actor, now: dt.datetime, /, *, first: bool = False, **facts: Any
) -> None:
    """Add a line to the chain of the record, within the caller's transaction."""
    record(
        stream=f"{kind.value}:{record_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=f"registers.{action}",
        subject=f"{kind.label} {record_id}",
        facts=facts,
        at=now,
        first=first,
    )


def held(kind: RecordKind, record_id: int, by: Viewer, permission: Permission = KEEP) -> Any:
    """The live record, locked until the transaction ends; raises NotFound outside the viewer's area."""
    if by is not SYSTEM:
        by.check(permission)
    seen = records(kind, unit_ids(by, permission), [record_id]).values_list("pk", flat=True)
    found = MODELS[kind]._default_manager.select_for_update().filter(pk__in=list(seen)).first()
    if found is None or not isinstance(found, Registered) or found.valid_to is not None:
        raise NotFound("没有找到，或不在您的辖区内。")
    return found


def check_grid(unit_id: int, by: Viewer, permission: Permission = KEEP) -> None:
    """Raise unless the unit is a grid of the viewer's area, or a community that has no grids yet."""
    found = unit(unit_id)
    if found is None:
        raise Invalid("没有这个网格，或已调整，请重新选择。", field="unit_id")
    grids = [below for below in children(found.id) if below.depth == _GRID_DEPTH]
    if found.depth != _GRID_DEPTH and (found.depth != COMMUNITY_DEPTH or grids):
        raise Invalid(f"“{found.name}”不是网格，请选择所在网格。", field="unit_id")
    if by is not SYSTEM and not any(grant.covers(found.path) for grant in by.having(permission)):
        raise Forbidden(f"“{found.name}”不在您的辖区内。", field="unit_id")
