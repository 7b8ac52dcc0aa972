"""One matter, whole: for those who may see it, with its history, parts, photos and the steps they may take."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import F

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import NotFound
from jishi.matters.models import Instruction, Matter, Part, Photo, Reporter, Request, Step
from jishi.matters.queries.facts import FACT_FIELDS, facts_of
from jishi.matters.queries.scope import visible
from jishi.matters.rules import steps as table
from jishi.matters.rules.checks import can_step
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.steps import STEPS


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything the side panel shows. Rows are dicts named as the models' fields."""

    matter: Mapping[str, Any]
    facts: Facts
    parts: Sequence[Mapping[str, Any]]
    requests: Sequence[Mapping[str, Any]]
    history: Sequence[Mapping[str, Any]]
    photos: Sequence[Mapping[str, Any]]
    instructions: Sequence[Mapping[str, Any]]
    duplicates: Sequence[Mapping[str, Any]]
    reporter: Mapping[str, Any] | None  # only for those who must call back
    steps: list[table.Step]  # what this viewer may do now

    @property
    def draft_reply(self) -> Mapping[str, Any]:
        """The last answer the lead wrote, for whoever closes the matter."""
        for line in reversed(self.history):
            if line["facts"].get("reply"):
                return line["facts"]
        return {}


def detail(viewer: Viewer, number: str) -> Detail:
    """One matter. Raises ``NotFound`` for an unknown number and for one the viewer may not see, alike."""
    row = visible(viewer).filter(number=number).values().first()
    if row is None:
        raise NotFound("没有找到这件事项，或不在您的办理范围内")
    parts = list(
        Part.objects.filter(matter=row["id"])
        .order_by("id")
        .values(
            "id",
            "organization_id",
            "organization__name",
            "role",
            "task",
            "assigned_at",
            "signed_at",
            "done_at",
            "done_by_id",
            "done_by__name",
            "done_note",
            "ended_at",
        )
    )
    requests = list(
        Request.objects.filter(matter=row["id"])
        .order_by("id")
        .values(
            "id",
            "kind",
            "reason",
            "working_minutes",
            "at",
            "by_id",
            "by__name",
            "decided_at",
            "decided_by__name",
            "granted",
            "answer",
        )
    )
    facts = facts_of(row, parts, requests)
    return Detail(
        matter=row,
        facts=facts,
        parts=parts,
        requests=requests,
        history=_history(row["id"]),
        photos=list(Photo.objects.filter(matter=row["id"]).order_by("id").values()),
        instructions=list(Instruction.objects.filter(matter=row["id"]).order_by("id").values()),
        duplicates=_duplicates(row["id"]),
        reporter=_reporter(viewer, facts),
        steps=steps_offered(viewer, facts),
    )


def _duplicates(matter_id: int) -> list[Mapping[str, Any]]:
    """What was merged into this matter and still is; a merger closes it, so that is when it was merged."""
    rows = Matter.objects.filter(merged_into=matter_id).order_by("closed_at", "id")
    return list(rows.values("number", "title", "registered_at", merged_at=F("closed_at")))


def steps_offered(viewer: Viewer, facts: Facts) -> list[table.Step]:
    """The steps whose buttons the viewer sees, in the order of the table."""
    return [step for step in STEPS.values() if can_step(step, facts, viewer)]


def _history(matter_id: int) -> list[Mapping[str, Any]]:
    lines = Step.objects.filter(matter=matter_id).order_by("seq")
    found: list[Mapping[str, Any]] = []
    for line in lines.values(
        "id",
        "seq",
        "name",
        "source",
        "target",
        "at",
        "by_id",
        "by_name",
        "organization__name",
        "note",
        "facts",
    ):
        found.append({**line, "label": table.PAST_LABELS[line["name"]]})
    return found


def _reporter(viewer: Viewer, facts: Facts) -> Mapping[str, Any] | None:
    """Only for those who must call back, and only in the area of that very posting."""
    if not any(grant.covers(facts.path) for grant in viewer.having(Permission.READ_REPORTER)):
        return None
    return Reporter.objects.filter(matter=facts.id).values("name", "phone").first()


# Every step of every matter begins with this question, so it is written out: composing it anew took Django longer than
# the database took to answer. The matter comes with its parts, one row a part; requests are read only where one waits.
PART_FIELDS = ("organization_id", "role", "done_at", "done_by_id", "ended_at")
FACTS = f"""
SELECT {", ".join(f"m.{name}" for name in FACT_FIELDS)}, {", ".join(f"p.{name}" for name in PART_FIELDS)},
    EXISTS (SELECT 1 FROM matters_request r WHERE r.matter_id = m.id AND r.decided_at IS NULL)
FROM matters_matter m LEFT JOIN matters_part p ON p.matter_id = m.id WHERE m.number = %s ORDER BY p.id
"""  # noqa: S608


def facts_for_step(number: str) -> Facts | None:
    """The facts of a matter by number, for whoever is about to take a step; access is decided by the step's check."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [number])
        rows = [[_aware(value) for value in row] for row in cursor.fetchall()]
    if not rows:
        return None
    own = len(FACT_FIELDS)
    matter = dict(zip(FACT_FIELDS, rows[0][:own], strict=True))
    parts = [dict(zip(PART_FIELDS, row[own:-1], strict=True)) for row in rows]
    requests = _waiting_requests(matter["id"]) if rows[0][-1] else []
    return facts_of(matter, [part for part in parts if part["role"] is not None], requests)


def _aware(value: Any) -> Any:
    """SQLite's driver gives moments without their zone, which is UTC."""
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        return value.replace(tzinfo=dt.UTC)
    return value


def _waiting_requests(matter_id: int) -> list[Mapping[str, Any]]:
    requests = Request.objects.filter(matter=matter_id, decided_at__isnull=True)
    return list(requests.values("id", "kind", "by_id", "working_minutes", "decided_at"))


def photo_visible(viewer: Viewer, digest: str) -> bool:
    """Whether the viewer may see some matter to which this photo belongs."""
    return visible(viewer).filter(photos__digest=digest).exists()
