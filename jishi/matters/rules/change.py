"""What a step does, as plain data: fields to set, rows to add. Actions write it down; nothing is decided there."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from jishi.matters.rules.vocabulary import PartRole, RequestKind


@dataclass(frozen=True, slots=True)
class Assign:
    """Give an organisation a part; every live part it replaces is ended."""

    organization_id: int
    role: PartRole
    task: str = ""


@dataclass(frozen=True, slots=True)
class EndParts:
    """End live parts: of one organisation, or of all."""

    organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class PassPart:
    """What an organisation's live part has come to goes on as the part of the one that absorbed it."""

    organization_id: int
    heir_id: int


@dataclass(frozen=True, slots=True)
class SignPart:
    organization_id: int


@dataclass(frozen=True, slots=True)
class DonePart:
    organization_id: int
    note: str


@dataclass(frozen=True, slots=True)
class OpenPause:
    reason: str
    note: str
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class EndPause:
    """The running pause ends now."""


@dataclass(frozen=True, slots=True)
class Ask:
    kind: RequestKind
    reason: str
    working_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Decide:
    kind: RequestKind
    granted: bool
    answer: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """A request that nobody decided and that has lost its object."""

    kind: RequestKind
    why: str


@dataclass(frozen=True, slots=True)
class Rate:
    solved: bool
    satisfied: int
    comment: str


Side = Assign | EndParts | PassPart | SignPart | DonePart | OpenPause | EndPause | Ask | Decide | Lapse | Rate


@dataclass(slots=True)
class Change:
    """The outcome of one step."""

    sets: dict[str, Any] = field(default_factory=dict)  # fields of the matter, without the clocks
    facts: dict[str, Any] = field(default_factory=dict)  # what the history line says besides the note
    sides: list[Side] = field(default_factory=list)
    note: str = ""
    restarts_clock: bool = False  # the overall clock begins anew (reopening)
    moves_clock: bool = False  # what the due time depends on has changed
    extends_by: int = 0  # working minutes added by this very step
    rings: bool = False  # the alarm went off; the next one is set
