"""What every write of this room leaves: a line of the audit record, and one of the component's own history."""

import datetime as dt
from typing import Any

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.audit.actions import record
from jishi.parts.models import Component, Happening
from jishi.parts.rules.given import MAX_NOTE
from jishi.parts.rules.history import Turn
from jishi.territory.rules.actors import Actor


def written(
    stream: str, action: str, subject: str, facts: dict[str, Any], by: Actor, now: dt.datetime, *, first: bool = False
) -> None:
    record(
        stream=stream,
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject=subject,
        facts=facts,
        at=now,
        first=first,
    )


def happened(
    row: Component, turn: Turn, *, by_name: str, now: dt.datetime, note: str = "", matter_number: str = ""
) -> None:
    """One more line of the component's history."""
    Happening.objects.create(
        component=row,
        at=now,
        turn=turn.value,
        by_name=by_name,
        note=note if len(note) <= MAX_NOTE else f"{note[: MAX_NOTE - 1]}…",
        matter_number=matter_number,
    )


def note_export(*, components: int, kind: str, by: Viewer, now: dt.datetime) -> None:
    """Write who takes out a list of how many components, within the caller's transaction. Raises Forbidden."""
    by.check(Permission.READ_PARTS)
    written(
        f"export:{by.person_id}", "components_export", "部件清单", {"components": components, "kind": kind}, by, now
    )
