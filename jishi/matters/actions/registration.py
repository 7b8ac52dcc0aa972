"""A resident says something: one matter, one number, one responsible unit, one due time, in one transaction."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import CategoryRow, category
from jishi.kernel.errors import Forbidden, Invalid
from jishi.kernel.numbers import RANDOM_RANGE, make_number
from jishi.matters.actions.at_door import at_its_door
from jishi.matters.actions.county import County, county_rules
from jishi.matters.actions.ledger import RESIDENT, SYSTEM, Actor, announce, append_history, keep_photos
from jishi.matters.models import Matter, Reporter
from jishi.matters.queries.receipt import code_of, digest_of
from jishi.matters.queries.repeats import repeats
from jishi.matters.rules.change import Change
from jishi.matters.rules.clocks import Clocks, Running, next_alarm, wind
from jishi.matters.rules.given import Receipt, Report
from jishi.matters.rules.grading import Signals, find_hazard, propose_grade
from jishi.matters.rules.reports import check_near, check_report, clean_report
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import REGISTER
from jishi.matters.rules.vocabulary import Channel, Grade, PhotoKind
from jishi.organizations.queries import centre_for
from jishi.territory.queries import UnitRow, area_ids, county, grounds, locate, unit

OWN_CHANNELS = frozenset({Channel.RESIDENT, Channel.OPEN311, Channel.IMPORT})  # no account needed behind them


Clock = Callable[[Running], Clocks]
DRAWS = 5  # with ten thousand matters on one day, one number in ten thousand is drawn twice


def register(
    *,
    report: Report,
    by: Viewer | None,
    now: dt.datetime,
    digits: Callable[[int], int] = secrets.randbelow,
) -> Receipt:
    """Register what was reported and give the receipt.

    ``digits`` draws the random part of the number, below the limit it is given. Raises ``Invalid``
    with the field when something typed cannot be used, ``Forbidden`` for a channel that needs a posting the person
    does not hold.
    """
    rules = county_rules(localdate(now))
    for draw in range(DRAWS):
        number = make_number(rules.handbook.prefix, localdate(now), digits(RANDOM_RANGE))
        try:
            with transaction.atomic():
                return _register(report, by, rules, now, number)
        except IntegrityError:
            if draw + 1 == DRAWS or not Matter.objects.filter(number=number).exists():
                raise
    raise AssertionError("the last draw returns or raises")


def _register(report: Report, by: Viewer | None, rules: County, now: dt.datetime, number: str) -> Receipt:
    entry = enter(report, by, rules, now, partial(wind, calendar=rules.calendar, limits=rules.limits))
    matter = Matter.objects.create(number=number, source_key=entry.report.source_key, **entry.values)
    code = code_of(number)
    Reporter.objects.create(matter=matter, code_digest=digest_of(number, code), **entry.reporter)
    step = append_history(matter_id=matter.pk, **entry.first_line, now=now)
    keep_photos(step, entry.report.photos, PhotoKind.REPORT, now)
    announce(matter.pk, number, step, entry.actor, now)
    return Receipt(number, code, matter.pk)


@dataclass(frozen=True, slots=True)
class Entry:
    """A report found good, with everything that is written down for it but the numbers drawn at random."""

    report: Report
    values: dict[str, Any]
    actor: Actor

    @property
    def reporter(self) -> dict[str, str]:
        return {"name": self.report.reporter_name, "phone": self.report.reporter_phone}

    @property
    def first_line(self) -> dict[str, Any]:
        change = Change(sets=self.values, facts={"channel": self.report.channel.value, "title": self.report.title})
        if self.report.origin is not None:
            change.note = self.report.origin.note
            change.facts["origin"] = dict(self.report.origin.facts)
        return {
            "seq": 1,
            "name": REGISTER,
            "source": "",
            "target": Stage.REGISTERED.value,
            "change": change,
            "actor": self.actor,
        }


def enter(report: Report, by: Viewer | None, rules: County, now: dt.datetime, clock: Clock) -> Entry:
    """Clean and check a report, find its place and its grade, and start its clocks."""
    report = at_its_door(clean_report(report))
    check_report(report)
    _check_near_here(report)
    _check_channel(report, by)
    kind = category(report.category_code) if report.category_code else None
    if report.category_code and kind is None:
        raise Invalid("没有这个类别", field="category_code")
    values = _values(report, _place_of(report), kind, rules, now, clock)
    values["registered_by_id"] = by.person_id if by is not None else None
    return Entry(report, values, _actor(report, by))


def _check_near_here(report: Report) -> None:
    """Where the county has a ground. What was recorded elsewhere before is not lost for a slip in its coordinates."""
    here = next((ground for ground in reversed(grounds()) if ground.unit.depth == 0), None)
    if here is not None and report.channel is not Channel.IMPORT:
        check_near(report, here.box)


def _check_channel(report: Report, by: Viewer | None) -> None:
    if by is None:
        if report.channel not in OWN_CHANNELS:
            raise Forbidden("这个渠道要由工作人员登记")
        return
    if report.channel not in OWN_CHANNELS:
        by.check(Permission.REPORT)


def _actor(report: Report, by: Viewer | None) -> Actor:
    if by is None:
        return SYSTEM if report.channel is Channel.IMPORT else RESIDENT
    grant = next(by.having(Permission.REPORT), None)
    return Actor(by.person_id, by.name, grant.organization_id if grant else None)


def _place_of(report: Report) -> UnitRow:
    """The unit named, or the deepest unit around the point, or the county: nothing is lost for want of a place."""
    if report.unit_id is not None:
        found = unit(report.unit_id)
        if found is None:
            raise Invalid("没有这个社区或网格，请重新选择", field="unit_id")
        if report.longitude is not None and report.latitude is not None:
            inner = locate(report.longitude, report.latitude)
            if inner is not None and inner.path.startswith(found.path):
                return inner
        return found
    if report.longitude is not None and report.latitude is not None:
        return locate(report.longitude, report.latitude) or county()
    return county()


def _repeats(report: Report, place: UnitRow, rules: County, now: dt.datetime) -> tuple[dt.timedelta, ...]:
    if report.channel is Channel.IMPORT:
        return ()
    return repeats(category_code=report.category_code, unit=place, handbook=rules.handbook, now=now)


def _values(
    report: Report,
    place: UnitRow,
    kind: CategoryRow | None,
    rules: County,
    now: dt.datetime,
    clock: Clock,
) -> dict[str, Any]:
    usual = Grade(kind.grade) if kind is not None else None
    signals = Signals(repeats=_repeats(report, place, rules, now))
    grade, reason = propose_grade(f"{report.title} {report.text}", rules.handbook, usual=usual, signals=signals)
    if report.grade is not None and report.grade is not grade:
        grade, reason = report.grade, "登记人选定"
    hazard = find_hazard(f"{report.title} {report.text}", rules.handbook)
    urgent = report.urgent or hazard is not None or (kind is not None and kind.urgent)
    running = Running(
        stage=Stage.REGISTERED,
        grade=grade,
        urgent=urgent,
        category_code=report.category_code,
        clock_started_at=now,
        stage_since=now,
    )
    clocks = clock(running)
    areas = area_ids(place)
    return {
        "channel": report.channel.value,
        "title": report.title,
        "text": report.text,
        "category_code": report.category_code,
        "category_name": kind.name if kind is not None else "",
        "grade": grade.value,
        "grade_reason": reason,
        "urgent": urgent,
        "unit_id": place.id,
        **{f"area_{depth}": unit_id for depth, unit_id in enumerate(areas, start=1)},
        "place": report.place,
        "longitude": report.longitude,
        "latitude": report.latitude,
        "door_code": report.door_code or None,
        "component_code": report.component_code or None,
        "stage": Stage.REGISTERED.value,
        "responsible_id": centre_for(place).id,
        "registered_at": now,
        "clock_started_at": now,
        "stage_since": now,
        "due_at": clocks.due_at,
        "due_reason": clocks.due_reason,
        "stage_due_at": clocks.stage_due_at,
        "alarm_at": next_alarm(
            now=now,
            due_at=clocks.due_at,
            stage_due_at=clocks.stage_due_at,
            paused_until=None,
            calendar=rules.calendar,
            repeat_working_minutes=rules.handbook.escalation_repeat_working_minutes,
        ),
    }
