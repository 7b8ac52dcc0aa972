"""What was reported about one component, for those who may see it."""

from collections.abc import Mapping, Sequence
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.matters.queries.scope import visible

MOST = 50


def matters_about(viewer: Viewer, component_code: str) -> Sequence[Mapping[str, Any]]:
    """Matters about this component that the viewer may see, the latest first; at most fifty."""
    found = visible(viewer).filter(component_code=component_code).order_by("-registered_at")
    return list(found.values("number", "title", "stage", "registered_at", "closed_at")[:MOST])
