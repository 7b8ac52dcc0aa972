"""What the rules need to know of a matter: plain data read from its rows."""

import datetime as dt
from dataclasses import dataclass

from jishi.matters.rules.stages import CLOSED_STAGES, Stage
from jishi.matters.rules.vocabulary import Grade, PartRole, RequestKind


@dataclass(frozen=True, slots=True)
class PartFacts:
    """One organisation's live part."""

    organization_id: int
    role: PartRole
    done: bool


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """One undecided request."""

    id: int
    kind: RequestKind
    by: int | None
    working_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """A matter as the rules see it."""

    id: int
    number: str
    stage: Stage
    version: int
    grade: Grade
    urgent: bool
    category_code: str
    unit_id: int
    path: str
    responsible_id: int
    lead_id: int | None
    returns: int
    reopened: int
    handled_by: int | None
    clock_started_at: dt.datetime
    stage_since: dt.datetime
    due_at: dt.datetime | None
    stage_due_at: dt.datetime | None
    paused_since: dt.datetime | None
    paused_until: dt.datetime | None
    closed_at: dt.datetime | None
    escalation: int
    adjustments: int
    parts: tuple[PartFacts, ...] = ()
    requests: tuple[RequestFacts, ...] = ()
    merged_into: str = ""  # the number of the matter this one was merged into
    main_open: bool = False  # whether the matter handled for it, at the end of a chain of merges, is still open
    workers: frozenset[int] = frozenset()  # persons who reported a part done, of parts that have ended too

    @property
    def paused(self) -> bool:
        return self.paused_since is not None

    @property
    def open(self) -> bool:
        return self.stage not in CLOSED_STAGES

    @property
    def open_helpers(self) -> tuple[PartFacts, ...]:
        return tuple(part for part in self.parts if part.role is PartRole.HELPER and not part.done)

    @property
    def hands(self) -> frozenset[int]:
        """Everybody who worked on the matter: none of them may verify it."""
        return self.workers | ({self.handled_by} if self.handled_by is not None else set())

    def request(self, kind: RequestKind) -> RequestFacts | None:
        return next((request for request in self.requests if request.kind is kind), None)
