"""A list that leaves the house is on record before it is made."""

import datetime as dt

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.actions import record


def note_export(*, people: int, unit_id: int | None, kind: str, by: Viewer, now: dt.datetime) -> None:
    """Write who takes out a list of how many people of which unit, within the caller's transaction."""
    if by is not SYSTEM:
        by.check(Permission.EXPORT_REGISTER)
    record(
        stream=f"export:{by.person_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action="registers.export",
        subject="人口名册",
        facts={"people": people, "unit": unit_id, "kind": kind},
        at=now,
    )
