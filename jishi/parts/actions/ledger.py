"""The audit line every write of this room leaves."""

import datetime as dt
from typing import Any

from jishi.audit.actions import record
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
