"""What was said about one door, for those who may see it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.matters.queries.scope import visible

MOST = 50


def matters_at(viewer: Viewer, door_code: str) -> Sequence[Mapping[str, Any]]:
    """Matters registered from the plate of this door that the viewer may see, the latest first; at most fifty."""
    found = visible(viewer).filter(door_code=door_code).order_by("-registered_at")
    return list(found.values("number", "title", "stage", "grade", "registered_at", "due_at", "closed_at")[:MOST])


def matters_on_the_way_to(
    viewer: Viewer, door_codes: Sequence[str], until: dt.datetime, limit: int = 10
) -> Sequence[Mapping[str, Any]]:
    """Matters registered at any of these doors (a home, its entrance, its building) before ``until`` that the viewer
    may see, the latest first. Whether one was closed by then is said by ``closed_at``."""
    if not door_codes:
        return []
    found = visible(viewer).filter(door_code__in=list(door_codes), registered_at__lt=until).order_by("-registered_at")
    return list(found.values("number", "title", "stage", "registered_at", "closed_at", "door_code")[:limit])
