"""What every write of this room does around itself: leave an audit line, and let nobody read what was kept before."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from jishi.audit.actions import record
from jishi.territory.models import Unit
from jishi.territory.queries import Tree, forget_cache, read_tree
from jishi.territory.rules.actors import Actor


def day_of(now: dt.datetime) -> dt.date:
    """The local day on which a change takes effect."""
    return localdate(now)


def fresh_tree() -> Tree:
    """The tree as this transaction sees it, not as it was kept."""
    forget_cache()
    return read_tree()


def tree_to_change() -> Tree:
    """The tree as it is when nobody else changes it any more until this transaction ends.

    Changes of units come one after the other: two at once would hand out one code twice. They queue on the first row
    the county ever had, which stays whatever becomes of the county; who only refers to it is not kept waiting.
    """
    Unit.objects.select_for_update(no_key=True).filter(depth=0).order_by("pk").first()
    return fresh_tree()


def written(
    *,
    stream: str,
    action: str,
    subject: str,
    facts: dict[str, Any],
    by: Actor,
    now: dt.datetime,
    first: bool = False,
) -> None:
    """Records a write and forgets what was kept, now and again when the transaction is through: a reader in between
    may have kept the old state once more."""
    record(
        stream=stream,
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject=subject,
        facts=facts,
        at=now,
        first=first,
    )
    forget_cache()
    transaction.on_commit(forget_cache)
