"""What was said about one door, for those who may see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.matters.queries.scope import visible

MOST = 50


def matters_at(viewer: Viewer, door_code: str) -> Sequence[Mapping[str, Any]]:
    """Matters registered from the plate of this door that the viewer may see, the latest first; at most fifty."""
    found = visible(viewer).filter(door_code=door_code).order_by("-registered_at")
    return list(found.values("number", "title", "stage", "grade", "registered_at", "due_at", "closed_at")[:MOST])
