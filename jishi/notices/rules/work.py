"""Rows of work as plain data, and how long to wait after a failure."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_TRIES = 10

_WAITS = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=12),
)


class LostClaim(Exception):
    """The row is no longer this worker's: the lease ran out and somebody else took it."""


class Kind(StrEnum):
    """The two kinds of work."""

    EVENT = "event"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right of one worker to one row, until a moment; compared field by field when the work is handed in."""

    kind: Kind
    id: int
    worker: str
    until: dt.datetime
    tries: int  # this one included


@dataclass(frozen=True, slots=True)
class ClaimedEvent:
    """Something happened and is to be told to whom it concerns."""

    claim: Claim
    kind: str
    subject: str
    facts: dict[str, Any]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A message on its way to one outside address. ``number`` stays the same however often it is tried."""

    claim: Claim
    number: int
    channel: str  # "email" or "webhook"
    address: str
    subject: str
    body: str
    secret: str  # signs a webhook's message


def wait_after(tries: int) -> dt.timedelta | None:
    """How long to wait after the ``tries``-th try has failed, or None: enough, somebody must look at it."""
    if tries >= MAX_TRIES:
        return None
    return _WAITS[min(tries, len(_WAITS)) - 1]
