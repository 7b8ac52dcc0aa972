"""What was reported about one component: for those who may see it, and for the component, which follows its matters."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.matters.models import Matter, Step
from jishi.matters.queries.audience import with_duplicates
from jishi.matters.queries.facts import merge_line
from jishi.matters.queries.scope import visible
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import ReplyKind

MOST = 50


@dataclass(frozen=True, slots=True)
class Taken:
    """Who took a step."""

    person_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A matter about a component, and how the one handled for it stands: itself, or what it was merged into."""

    number: str
    stage: Stage
    reply_kind: ReplyKind | None
    closed_at: dt.datetime | None


def matters_about(viewer: Viewer, component_code: str) -> Sequence[Mapping[str, Any]]:
    """Matters about this component that the viewer may see, the latest first; at most fifty."""
    found = visible(viewer).filter(component_code=component_code).order_by("-registered_at")
    return list(found.values("number", "title", "stage", "registered_at", "closed_at")[:MOST])


def components_of(matter_id: int) -> list[str]:
    """Codes of the components a matter is about, those of what was merged into it among them."""
    found = Matter.objects.filter(pk__in=with_duplicates(matter_id), component_code__isnull=False)
    return sorted(set(found.values_list("component_code", flat=True)))  # type: ignore[arg-type]


def faults_of(component_code: str) -> list[Fault]:
    """Every matter about a component, whoever may see it."""
    found = Matter.objects.filter(component_code=component_code).order_by("id").values_list("id", "number")
    return [_fault(number, merge_line(matter_id)[-1]) for matter_id, number in found]


def _fault(number: str, handled_id: int) -> Fault:
    row = Matter.objects.values("stage", "reply_kind", "closed_at").get(pk=handled_id)
    kind = ReplyKind(row["reply_kind"]) if row["reply_kind"] else None
    return Fault(number, Stage(row["stage"]), kind, row["closed_at"])


def taken_by(matter_id: int, seq: int) -> Taken:
    """Who took the step ``seq`` of a matter."""
    row = Step.objects.values("by_id", "by_name").get(matter=matter_id, seq=seq)
    return Taken(row["by_id"] or 0, row["by_name"])
