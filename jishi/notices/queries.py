"""Reading inboxes, and what waits or is stuck."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.notices.models import Delivery, Event, Hook, Notice


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One line of an inbox."""

    id: int
    text: str
    link: str
    at: dt.datetime
    read_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Work that was given up after its last try and waits for somebody to look at it."""

    kind: str  # "event" or "delivery"
    id: int
    what: str  # the kind of event, or the channel
    where: str  # the subject of the event, or the address
    tries: int
    last_error: str
    created_at: dt.datetime
    given_up_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """Work that is due and not done; the oldest shows how far behind the worker is."""

    events: int
    deliveries: int
    oldest_event: dt.datetime | None


@dataclass(frozen=True, slots=True)
class HookLine:
    """An outside address that is told of events; its secret is never shown again."""

    id: int
    url: str
    kinds: tuple[str, ...]
    created_at: dt.datetime
    stopped_at: dt.datetime | None


_NOTICE_FIELDS = tuple(NoticeLine.__dataclass_fields__)


def inbox(person_id: int, *, before: int | None = None, limit: int = 50) -> tuple[NoticeLine, ...]:
    """A person's own notices, the latest first; ``before`` is the id of the last one already seen."""
    notices = Notice.objects.filter(person_id=person_id)
    if before is not None:
        notices = notices.filter(id__lt=before)
    return tuple(NoticeLine(*row) for row in notices.order_by("-id").values_list(*_NOTICE_FIELDS)[:limit])


def unread_count(person_id: int) -> int:
    """How many notices a person has not read."""
    return Notice.objects.filter(person_id=person_id, read_at=None).count()


def stuck(*, limit: int = 200) -> tuple[Stuck, ...]:
    """Events and deliveries that were given up, the latest first. For the operator and the administrator's page."""
    given_up = Q(given_up_at__isnull=False)
    common = ("tries", "last_error", "created_at", "given_up_at")
    events = Event.objects.filter(given_up).order_by("-given_up_at").values_list("id", "kind", "subject", *common)
    deliveries = (
        Delivery.objects.filter(given_up).order_by("-given_up_at").values_list("id", "channel", "address", *common)
    )
    found = [Stuck("event", *row) for row in events[:limit]]
    found += [Stuck("delivery", *row) for row in deliveries[:limit]]
    return tuple(sorted(found, key=lambda each: each.given_up_at, reverse=True)[:limit])


def backlog(*, now: dt.datetime) -> Backlog:
    """What is due and not done."""
    waiting = Q(done_at=None, given_up_at=None, due_at__lte=now)
    events = Event.objects.filter(waiting)
    oldest = events.order_by("due_at", "id").values_list("created_at", flat=True).first()
    return Backlog(events.count(), Delivery.objects.filter(waiting).count(), oldest)


def hooks(viewer: Viewer) -> tuple[HookLine, ...]:
    """All outside addresses, the live ones first."""
    viewer.check(Permission.MANAGE_PLACE)
    rows = Hook.objects.order_by("stopped_at", "-id")
    lines = (HookLine(row.pk, row.url, tuple(row.kinds), row.created_at, row.stopped_at) for row in rows)
    return tuple(sorted(lines, key=lambda line: line.stopped_at is not None))
