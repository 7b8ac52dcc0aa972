"""Registering many reports at once: the same rules and the same rows as ``register``, in a tenth of the time."""

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from functools import cache, partial

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import DomainError
from jishi.kernel.numbers import RANDOM_RANGE, make_number
from jishi.matters.actions.county import county_rules
from jishi.matters.actions.ledger import STEP_TAKEN, event_facts, history_line, keep_photos, put_on_record
from jishi.matters.actions.registration import Entry, enter
from jishi.matters.models import Matter, Reporter, Step
from jishi.matters.queries.receipt import code_of, digest_of
from jishi.matters.rules.clocks import wind
from jishi.matters.rules.given import Receipt, Report
from jishi.matters.rules.vocabulary import PhotoKind
from jishi.notices.actions import tell_many


@transaction.atomic
def register_many(
    *,
    reports: Sequence[Report],
    by: Viewer | None,
    now: dt.datetime,
    digits: Callable[[int], int] = secrets.randbelow,
) -> list[Receipt | DomainError]:
    """Register the reports in one transaction; in their order, for each its receipt or why it was refused.

    A refused report leaves no trace and stops none of the others.
    """
    rules = county_rules(localdate(now))
    # Thousands of reports begin at one moment: those of one grade and class share their due time.
    clock = cache(partial(wind, calendar=rules.calendar, limits=rules.limits))
    found: list[Entry | DomainError] = []
    for report in reports:
        try:
            found.append(enter(report, by, rules, now, clock))
        except DomainError as refusal:
            found.append(refusal)
    good = [entry for entry in found if isinstance(entry, Entry)]
    numbers = _draw(len(good), partial(make_number, rules.handbook.prefix, localdate(now)), digits)
    receipts = iter(_write(good, numbers, now))
    return [entry if isinstance(entry, DomainError) else next(receipts) for entry in found]


def _draw(count: int, number: Callable[[int], str], digits: Callable[[int], int]) -> list[str]:
    """Numbers that no matter has yet. Of ten thousand drawn for one day two are alike every other time."""
    drawn: list[str] = []
    while len(drawn) < count:
        fresh = dict.fromkeys(number(digits(RANDOM_RANGE)) for _ in range(count - len(drawn)))
        taken = set(Matter.objects.filter(number__in=fresh).values_list("number", flat=True)) | set(drawn)
        drawn += [one for one in fresh if one not in taken]
    return drawn


def _write(entries: Sequence[Entry], numbers: Sequence[str], now: dt.datetime) -> list[Receipt]:
    matters = Matter.objects.bulk_create(
        Matter(number=number, source_key=entry.report.source_key, **entry.values)
        for number, entry in zip(numbers, entries, strict=True)
    )
    receipts = [Receipt(matter.number, code_of(matter.number), matter.pk) for matter in matters]
    Reporter.objects.bulk_create(
        Reporter(matter_id=receipt.matter_id, code_digest=digest_of(receipt.number, receipt.code), **entry.reporter)
        for receipt, entry in zip(receipts, entries, strict=True)
    )
    steps = Step.objects.bulk_create(
        history_line(matter_id=receipt.matter_id, **entry.first_line, now=now)
        for receipt, entry in zip(receipts, entries, strict=True)
    )
    for receipt, entry, step in zip(receipts, entries, steps, strict=True):
        keep_photos(step, entry.report.photos, PhotoKind.REPORT, now)
        put_on_record(receipt.matter_id, receipt.number, step, entry.actor, now)
    about = zip(receipts, steps, strict=True)
    told = ((f"matter:{receipt.matter_id}", event_facts(receipt.number, step)) for receipt, step in about)
    tell_many(kind=STEP_TAKEN, about=told, now=now)
    return receipts
