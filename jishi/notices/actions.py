"""Telling people and programs what happened: the outbox, the inboxes, the deliveries and the hooks."""

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.audit import actions as audit
from jishi.kernel.canonical import canonical
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.notices import claims
from jishi.notices.adapters import email, webhook
from jishi.notices.adapters.failure import DeliveryFailed
from jishi.notices.models import Delivery, Event, Hook, Notice
from jishi.notices.rules.addresses import check_hook_url
from jishi.notices.rules.messages import Spread
from jishi.notices.rules.work import Claim, ClaimedDelivery, ClaimedEvent

_BATCH = 2_000
# A delivery is begun only if its claim lasts longer than the longest one can take.
LONGEST_DELIVERY = dt.timedelta(minutes=2)


def tell(*, kind: str, subject: str, facts: dict[str, Any], now: dt.datetime) -> None:
    """Note that something happened, in the transaction of the change; the worker spreads it afterwards.

    ``kind`` as in ``"matter.step"``, ``subject`` as in ``"matter:12"``. ``facts`` go to subscribed programs
    as they are: numbers and names of steps, never what a resident told us or who it was.
    """
    Event.objects.create(kind=kind, subject=subject, facts=facts, created_at=now, due_at=now)


def tell_many(*, kind: str, about: Iterable[tuple[str, dict[str, Any]]], now: dt.datetime) -> None:
    """Note many events of one kind at once: the subject and the facts of each (see ``tell``)."""
    Event.objects.bulk_create(
        Event(kind=kind, subject=subject, facts=facts, created_at=now, due_at=now) for subject, facts in about
    )


def claim_events(*, worker: str, now: dt.datetime, limit: int, lease: dt.timedelta) -> list[ClaimedEvent]:
    """Take events that wait to be spread, for the time of ``lease``."""
    taken = claims.claim(Event, now=now, worker=worker, limit=limit, lease=lease)
    return [ClaimedEvent(held, row.kind, row.subject, row.facts, row.created_at) for held, row in taken]


def pass_over(*, until: dt.datetime, now: dt.datetime) -> int:
    """Finish the events from before ``until`` without telling anybody, as when old matters are brought in; how many."""
    waiting = Event.objects.filter(done_at=None, given_up_at=None, claimed_by=None, created_at__lt=until)
    return waiting.update(done_at=now)


@transaction.atomic
def spread(*, event: ClaimedEvent, to: Spread, now: dt.datetime) -> None:
    """Write the notices and deliveries that follow from an event, and finish it: all of it once, or nothing.

    Raises LostClaim if the event is no longer this worker's.
    """
    claims.finish(event.claim, now=now)
    Notice.objects.bulk_create(
        (
            Notice(event_id=event.claim.id, person_id=p.person_id, text=p.text[:300], link=p.link, at=now)
            for p in to.people
        ),
        ignore_conflicts=True,
    )
    mails = [(Delivery.Channel.EMAIL, m.address, m.subject[:200], m.body) for m in to.mailboxes]
    message = canonical(
        {"id": event.claim.id, "kind": event.kind, "subject": event.subject, "facts": event.facts, "at": event.at}
    ).decode()
    hooks = [(Delivery.Channel.WEBHOOK, url, "", message) for url in _listening(event.kind)]
    Delivery.objects.bulk_create(
        (
            Delivery(
                event_id=event.claim.id,
                channel=channel,
                address=address,
                subject=subject,
                body=body,
                created_at=now,
                due_at=now,
            )
            for channel, address, subject, body in (*mails, *hooks)
        ),
        ignore_conflicts=True,
    )


def _listening(kind: str) -> list[str]:
    """The addresses of live hooks that want this kind of event; no kinds named means all."""
    hooks = Hook.objects.filter(stopped_at=None).order_by("id").values_list("url", "kinds")
    return [url for url, kinds in hooks if not kinds or kind in kinds]


def claim_deliveries(*, worker: str, now: dt.datetime, limit: int, lease: dt.timedelta) -> list[ClaimedDelivery]:
    """Take deliveries that are due, for the time of ``lease``; those to hooks stopped meanwhile are given up."""
    taken = claims.claim(Delivery, now=now, worker=worker, limit=limit, lease=lease)
    hooks = dict(Hook.objects.filter(stopped_at=None).values_list("url", "secret")) if taken else {}
    wanted = []
    for held, row in taken:
        if row.channel == Delivery.Channel.WEBHOOK and row.address not in hooks:
            claims.give_up(held, error="该推送地址已停用", now=now)
            continue
        secret = hooks.get(row.address, "")
        wanted.append(ClaimedDelivery(held, row.pk, row.channel, row.address, row.subject, row.body, secret))
    return wanted


def deliver(*, delivery: ClaimedDelivery, now: dt.datetime) -> bool:
    """Send one message and note how it went; True if it was accepted. ``now`` is read just before the call.

    Sending cannot be part of a transaction: a process that dies after sending and before noting it sends
    again, under the same number, by which the receiver knows it. A claim about to run out is given back
    unsent.
    """
    if now + LONGEST_DELIVERY > delivery.claim.until:
        claims.release(delivery.claim)
        return False
    try:
        _send(delivery)
    except DeliveryFailed as failure:
        claims.fail(delivery.claim, error=str(failure), now=now)
        return False
    claims.finish(delivery.claim, now=now)
    return True


def _send(delivery: ClaimedDelivery) -> None:
    number, address, body = delivery.number, delivery.address, delivery.body
    if delivery.channel == Delivery.Channel.EMAIL:
        email.send(number=number, address=address, subject=delivery.subject, body=body)
    else:
        allow_local = _allow_local()
        webhook.send(number=number, address=address, body=body, secret=delivery.secret, allow_local=allow_local)


def fail(*, claim: Claim, error: str, now: dt.datetime) -> None:
    """Hand a row of work in as failed; it is tried again later. Raises LostClaim."""
    claims.fail(claim, error=error, now=now)


def release(*, claim: Claim) -> None:
    """Give a row of work back that was not begun, so that another worker need not wait for the lease to end."""
    claims.release(claim)


def mark_read(*, person_id: int, now: dt.datetime, notice_ids: Sequence[int] | None = None) -> int:
    """Mark notices of a person's own inbox as read, all or the ones named; returns how many were unread."""
    unread = Notice.objects.filter(person_id=person_id, read_at=None)
    if notice_ids is not None:
        unread = unread.filter(id__in=notice_ids)
    return unread.update(read_at=now)


def forget(*, messages: dt.timedelta, notices: dt.timedelta, now: dt.datetime) -> int:
    """Remove what was told long ago; returns how many rows.

    Parameters
    ----------
    messages
        How long deliveries and events stay after they are done. An event stays as long as a notice or a delivery
        of it.
    notices
        How long lines of an inbox stay, read or not, and whatever was given up and waits for somebody to look at it.

    What is not done stays however old it is. The history of the matters and the audit record are no part of this.
    """
    old = Q(done_at__lt=now - messages) | Q(given_up_at__lt=now - notices)
    told = Q(Exists(Notice.objects.filter(event=OuterRef("pk")))) | Q(
        Exists(Delivery.objects.filter(event=OuterRef("pk")))
    )
    return (
        _sweep(Notice, Q(at__lt=now - notices), before=Q(at__lt=now - notices))
        + _sweep(Delivery, old, before=Q(created_at__lt=now - messages))
        + _sweep(Event, old & ~told, before=Q(created_at__lt=now - messages))
    )


def _sweep(model: type[Notice] | type[Delivery] | type[Event], gone: Q, *, before: Q) -> int:
    """Remove rows some thousands at a time, each time in a transaction of its own, so that nobody waits long.

    Rows are numbered in the order of time: reading ends at the first ones that are not from ``before``.
    """
    removed = last = 0
    while True:
        ids = list(model.objects.filter(id__gt=last).order_by("id").values_list("id", flat=True)[:_BATCH])
        seen = model.objects.filter(id__gt=last, id__lte=ids[-1]) if ids else model.objects.none()
        if not seen.filter(before).exists():
            return removed
        removed += seen.filter(gone).delete()[0]
        last = ids[-1]


@dataclass(frozen=True, slots=True)
class HookAdded:
    """The secret is shown once, to be put into the receiving program."""

    id: int
    secret: str


def _allow_local() -> bool:
    return bool(getattr(settings, "JISHI_ALLOW_LOCAL_HOOKS", False))


@transaction.atomic
def add_hook(*, url: str, kinds: Sequence[str], by: Viewer, now: dt.datetime) -> HookAdded:
    """Let an outside program be told of events of these kinds (none named: all)."""
    by.check(Permission.MANAGE_PLACE)
    url = url.strip()
    check_hook_url(url, allow_local=_allow_local())
    if not all(kind and len(kind) <= 60 for kind in kinds):
        raise Invalid("事件种类不能为空，也不能超过60个字符。", field="kinds")
    secret = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            hook = Hook.objects.create(url=url, kinds=sorted(set(kinds)), secret=secret, created_at=now)
    except IntegrityError:
        raise Conflict("这个地址已经登记过了。", field="url") from None
    _note(hook, "notices.add_hook", by, now, url=url, kinds=hook.kinds)
    return HookAdded(hook.pk, secret)


@transaction.atomic
def stop_hook(*, hook_id: int, by: Viewer, now: dt.datetime) -> None:
    """Tell an outside program nothing more; what is still on its way to it is given up."""
    by.check(Permission.MANAGE_PLACE)
    hook = Hook.objects.filter(id=hook_id).first()
    if hook is None:
        raise NotFound("没有这个推送地址。")
    if not Hook.objects.filter(id=hook_id, stopped_at=None).update(stopped_at=now):
        raise Conflict("这个推送地址已经停用。")
    _note(hook, "notices.stop_hook", by, now, url=hook.url)


def _note(hook: Hook, action: str, by: Viewer, now: dt.datetime, **facts: Any) -> None:
    audit.record(
        stream=f"hook:{hook.pk}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject=f"hook:{hook.pk}",
        facts=facts,
        at=now,
    )
