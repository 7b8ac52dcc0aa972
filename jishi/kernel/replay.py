"""The present state of a thing with a history, worked out from its history alone."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from jishi.kernel.canonical import canonical, digest


def fingerprint(step: Mapping[str, Any]) -> str:
    """What the audit line keeps of a step's words: enough to prove them, nothing to read."""
    return digest(canonical({name: step[name] for name in ("name", "source", "target", "note", "facts", "sets")}))


# Fields that only say when to look next or count versions; they follow from the others.
UNREPLAYED = frozenset({"id", "number", "source_key"})


def plain(value: Any) -> Any:
    """A field value as it is written into the history: JSON knows no dates."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def replay(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Fold the ``sets`` of the steps in order. Each step has ``seq``, ``target`` and ``sets``."""
    state: dict[str, Any] = {}
    for step in steps:
        state.update(step["sets"])
        state["stage"] = step["target"]
        state["version"] = step["seq"]
    return state


def differences(row: Mapping[str, Any], steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of fields whose value in the row is not what the history says."""
    state = replay(steps)
    return [name for name, value in state.items() if name not in UNREPLAYED and plain(row.get(name)) != plain(value)]
