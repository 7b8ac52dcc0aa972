"""What lies on whose desk: a handler's queue, a grid worker's day, a leader's area, open instructions."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q

from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import Viewer
from jishi.matters.models import Instruction, Matter, Part, Request
from jishi.matters.queries.scope import area_filter, visible
from jishi.matters.queries.worklist import ROW_FIELDS, figures
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import PartRole

Row = Mapping[str, Any]
SUMS = ("open", "overdue", "urgent", "paused")
AREA_FIELDS = tuple(f"area_{depth}" for depth in range(1, 6))  # where a matter lies today, the town first
DAY_FIELDS = (*ROW_FIELDS, *AREA_FIELDS)
SHOWN = 100  # rows of one section; what is later due waits behind «more»


@dataclass(frozen=True, slots=True)
class Queue:
    """A handler's one queue, by due time."""

    to_sign: list[Row]
    working: list[Row]
    helping: list[Row]
    instructions: list[Row]
    finished: list[Row]  # handled, waiting for verification or closing
    cut: frozenset[str]  # the sections that have more rows than are here


def queue(viewer: Viewer) -> Queue:
    """Everything the viewer's organisations have to do."""
    offices = _offices(viewer, Permission.HANDLE)
    led = Matter.objects.filter(lead__in=offices, closed_at__isnull=True)
    helped = Part.objects.filter(
        organization__in=offices, role=PartRole.HELPER.value, ended_at__isnull=True, done_at__isnull=True
    )
    asked = Instruction.objects.filter(organization__in=_offices(viewer, Permission.ANSWER), answered_at__isnull=True)
    sections = {
        "to_sign": _rows(led.filter(stage=Stage.DISPATCHED.value), more=1),
        "working": _rows(led.filter(stage__in=[Stage.ACCEPTED.value, Stage.HANDLING.value]), more=1),
        "helping": _rows(Matter.objects.filter(pk__in=helped.values("matter"), closed_at__isnull=True), more=1),
        "instructions": list(asked.order_by("due_at", "id").values(*INSTRUCTION_FIELDS)[: SHOWN + 1]),
        "finished": _rows(led.filter(stage__in=[Stage.VERIFYING.value, Stage.VERIFIED.value]), more=1),
    }
    cut = frozenset(name for name, rows in sections.items() if len(rows) > SHOWN)
    return Queue(**{name: rows[:SHOWN] for name, rows in sections.items()}, cut=cut)


def _offices(viewer: Viewer, permission: Permission) -> list[int]:
    return [g.organization_id for g in viewer.having(permission) if g.organization_id is not None]


def _rows(matters: Any, *, fields: tuple[str, ...] = ROW_FIELDS, more: int = 0) -> list[Row]:
    """The rows of one section, and so many ``more`` to know whether it goes on."""
    return list(matters.order_by("due_at", "id").values(*fields)[: SHOWN + more])


@dataclass(frozen=True, slots=True)
class Day:
    """A grid worker's day."""

    new: list[Row]
    handling: list[Row]
    to_verify: list[Row]
    due: list[Row]  # due today or overdue
    mine: list[Row]  # what the person reported, last first


def day(viewer: Viewer, *, now: dt.datetime) -> Day:
    """The matters of the person's grids, sorted into what to do; what the person handled is not theirs to verify."""
    area = _grid_area(viewer)
    open_here = Matter.objects.filter(area, closed_at__isnull=True)
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)
    to_verify = open_here.filter(stage=Stage.VERIFYING.value).exclude(handled_by=viewer.person_id)
    return Day(
        new=_rows(open_here.filter(stage=Stage.REGISTERED.value), fields=DAY_FIELDS),
        handling=_rows(
            open_here.filter(stage__in=[Stage.DISPATCHED.value, Stage.ACCEPTED.value, Stage.HANDLING.value]),
            fields=DAY_FIELDS,
        ),
        to_verify=_rows(to_verify.exclude(parts__done_by=viewer.person_id), fields=DAY_FIELDS),
        due=_rows(open_here.filter(due_at__lt=tomorrow), fields=DAY_FIELDS),
        mine=list(
            Matter.objects.filter(registered_by=viewer.person_id).order_by("-registered_at").values(*DAY_FIELDS)[:30]
        ),
    )


def _grid_area(viewer: Viewer) -> Q:
    area = Q(pk__in=[])
    for grant in viewer.grants:
        if grant.role in {Role.GRID_WORKER, Role.COMMUNITY}:
            area |= area_filter(grant.depth, grant.unit_id, past=False)
    return area


INSTRUCTION_FIELDS = (
    "id", "text", "at", "due_at", "answer", "answered_at", "leader_id", "leader_name", "organization_id",
    "organization__name", "unit_id", "matter_id", "matter__number", "matter__title", "matter__stage",
)  # fmt: skip


def instructions_of(viewer: Viewer) -> list[Row]:
    """The instructions the viewer gave as a leader, open ones first, latest first."""
    rows = Instruction.objects.filter(leader=viewer.person_id)
    return list(rows.order_by(F("answered_at").asc(nulls_first=True), "-at").values(*INSTRUCTION_FIELDS)[:SHOWN])


@dataclass(frozen=True, slots=True)
class Load:
    """How many instructions, of whichever leader, wait for the answer of one organisation."""

    organization_id: int
    name: str
    open: int
    overdue: int


def instruction_load(viewer: Viewer, *, now: dt.datetime, also: Collection[int] = ()) -> tuple[Load, ...]:
    """The organisations with open instructions that the viewer may instruct or has instructed, most loaded first.

    ``also`` names further organisations by id: those that have the matter the viewer is about to instruct on.
    """
    wanted = Q(organization__in=also) | Q(organization__in=_instructed(viewer))
    for grant in viewer.having(Permission.INSTRUCT):
        wanted |= Q(organization__unit__path__startswith=grant.path)
    rows = Instruction.objects.filter(wanted, answered_at__isnull=True).order_by()
    counted = rows.values("organization_id", name=F("organization__name")).annotate(
        open=Count("id"), overdue=Count("id", filter=Q(due_at__lt=now))
    )
    return tuple(sorted((Load(**row) for row in counted), key=lambda each: (-each.open, each.organization_id)))


def _instructed(viewer: Viewer) -> Any:
    return Instruction.objects.filter(leader=viewer.person_id, answered_at__isnull=True).values("organization")


def instruction(viewer: Viewer, instruction_id: int) -> Row | None:
    """One instruction, for its leader, its organisation, or whoever supervises the place."""
    offices = _offices(viewer, Permission.ANSWER)
    allowed = Q(leader=viewer.person_id) | Q(organization__in=offices)
    return Instruction.objects.filter(allowed, pk=instruction_id).values(*INSTRUCTION_FIELDS).first()


@dataclass(frozen=True, slots=True)
class Area:
    """A leader's area: open and overdue, and the same for each unit below it. Every number opens to its rows."""

    open: int
    overdue: int
    urgent: int
    paused: int
    units: list[Mapping[str, Any]]  # unit_id, open, overdue
    grades: list[Mapping[str, Any]]  # grade, open, overdue


def area(viewer: Viewer, *, now: dt.datetime, depth: int) -> Area:
    """Open matters the viewer may see, counted for the units at ``depth`` (1 = towns)."""
    rows = visible(viewer, past=False).filter(closed_at__isnull=True)
    table = figures(rows, now=now, depth=depth)
    units: dict[int | None, Counter[str]] = defaultdict(Counter)
    grades: dict[str, Counter[str]] = defaultdict(Counter)
    total: Counter[str] = Counter(dict.fromkeys(SUMS, 0))
    for row in table:
        sums = {name: row[name] for name in SUMS}
        for counter in (units[row["part"]], grades[row["grade"]], total):
            counter.update(sums)
    return Area(
        **total,
        units=[{"unit_id": unit_id, **sums} for unit_id, sums in units.items()],
        grades=[{"grade": grade, **sums} for grade, sums in grades.items()],
    )


def requests_to_decide(viewer: Viewer) -> list[Row]:
    """Undecided requests (extension, abnormal closing, reopening) on matters the viewer may decide on."""
    if not viewer.may(Permission.APPROVE):
        return []
    theirs = visible(viewer, permission=Permission.APPROVE).filter(pk=OuterRef("matter"))
    rows = Request.objects.filter(Exists(theirs), decided_at__isnull=True)
    return list(
        rows.order_by("at").values(
            "id",
            "kind",
            "reason",
            "working_minutes",
            "at",
            "by__name",
            "matter__number",
            "matter__title",
            "matter__stage",
            "matter__due_at",
        )[:SHOWN]
    )


def instruction_told(instruction_id: int) -> Row:
    """One instruction for the flow that tells of it."""
    return Instruction.objects.values(*INSTRUCTION_FIELDS).get(pk=instruction_id)
