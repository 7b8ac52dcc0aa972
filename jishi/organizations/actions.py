"""Loading and ending bodies. A body is one row for its whole life: matters, duty lists and postings point at it."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from jishi.audit.actions import record
from jishi.kernel.errors import Conflict, Invalid
from jishi.organizations.models import Organization
from jishi.organizations.queries import forget_cache
from jishi.organizations.rules.bodies import ONE_A_UNIT, BodyEntry, check_bodies, load_order
from jishi.territory.queries import ended_codes, formers, unit_on_record, units, units_on_record
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.loading import Counts, refuse_if_any

_TEXTS = ("name", "short_name", "kind", "phone")


def _written(stream: str, action: str, subject: str, facts: dict[str, Any], by: Actor, now: dt.datetime) -> None:
    record(
        stream=stream,
        actor_id=by.person_id or None,
        actor=by.name,
        action=action,
        subject=subject,
        facts=facts,
        at=now,
    )
    forget_cache()
    transaction.on_commit(forget_cache)


@transaction.atomic
def load_organizations(*, entries: Sequence[BodyEntry], by: Actor, now: dt.datetime) -> Counts:
    """Begin the bodies that are not there yet and correct those that differ.

    All or nothing: raises LoadRefused with every bad line. Bodies the file does not name stay: somebody may be
    waiting for them, so they are ended one by one. Bodies that have ended, and those of which the file says that they
    are located in a unit that has ended, stay as they are too: a file from before a merger does not undo it.
    """
    given = len(entries)
    entries = _without_the_past(entries)
    live = {row.code: row for row in Organization.objects.filter(valid_to__isnull=True)}
    superiors = {row.pk: row.code for row in live.values()}
    standing = {row.code: superiors.get(row.superior_id, "") if row.superior_id else "" for row in live.values()}
    unit_ids = {unit.code: unit.id for unit in units()}
    refuse_if_any(check_bodies(entries, unit_codes=unit_ids, standing=standing))
    counts, begun, changes = Counts(unchanged=given - len(entries)), [], {}
    for entry in load_order(entries):
        row = live.get(entry.code)
        values = {
            **{field: getattr(entry, field) for field in _TEXTS},
            "unit_id": row.unit_id if row and _was_at(entry.unit_code, row) else unit_ids[entry.unit_code],
            "superior_id": live[entry.superior_code].pk if entry.superior_code else None,
        }
        if row is None:
            live[entry.code] = Organization.objects.create(code=entry.code, valid_from=localdate(now), **values)
            begun.append(entry.code)
            counts = counts.plus(new=1)
            continue
        differing = {field: value for field, value in values.items() if getattr(row, field) != value}
        if differing:
            changes[entry.code] = {field: [getattr(row, field), value] for field, value in differing.items()}
            _correct(row.pk, differing)
        counts = counts.plus(changed=int(bool(differing)), unchanged=int(not differing))
    if counts.anything_happened:
        facts = {"new": begun, "changed": changes}
        _written("organizations", "organizations_load", f"{len(entries)}个单位", facts, by, now)
    return counts


def _without_the_past(entries: Sequence[BodyEntry]) -> list[BodyEntry]:
    ended = set(Organization.objects.filter(valid_to__isnull=False).values_list("code", flat=True))
    ended -= set(Organization.objects.filter(valid_to__isnull=True).values_list("code", flat=True))
    gone = ended_codes(entry.unit_code for entry in entries)
    return [entry for entry in entries if entry.code not in ended and entry.unit_code not in gone]


def _was_at(unit_code: str, row: Organization) -> bool:
    """Whether a body followed its unit from one that had this code: after a split another may bear it now."""
    return unit_code in {unit.code for unit in units_on_record(formers(row.unit_id)).values()}


def _correct(organization_id: int, values: dict[str, Any]) -> None:
    last = Organization.objects.order_by("-revision").values_list("revision", flat=True).first() or 0
    Organization.objects.filter(pk=organization_id).update(**values, revision=last + 1)


@dataclass(frozen=True, slots=True)
class Followed:
    """How many bodies moved; ``absorbed`` are pairs of body ids, one that ended and the one that goes on for it."""

    moved: int = 0
    absorbed: tuple[tuple[int, int], ...] = ()


@transaction.atomic
def follow_units(*, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime) -> Followed:
    """Bodies located in a unit that has ended are located in its successor now.

    ``moves`` are pairs of unit ids, former and successor, as a change of units gives them. Where two units became one
    that can have only one body of a kind (a grid centre, the office of a community), that of the unit named first goes
    on and absorbs the other: postings, matters and duty lists must follow ``absorbed``.
    """
    moved: list[int] = []
    absorbed: list[tuple[int, int]] = []
    for former, successor in moves:
        for row in Organization.objects.filter(unit_id=former, valid_to__isnull=True).order_by("code"):
            heir = _one_of_its_kind(row, successor)
            if heir is not None:
                _absorb(row, heir, by, now)
                absorbed.append((row.pk, heir.pk))
                continue
            _correct(row.pk, {"unit_id": successor})
            facts = {"unit": [former, successor]}
            _written(f"organization:{row.pk}", "organization_follow", row.name, facts, by, now)
            moved.append(row.pk)
    for row in Organization.objects.filter(pk__in=moved, superior__isnull=False).select_related("superior"):
        _follow_superior(row, by, now)
    return Followed(len(moved), tuple(absorbed))


def _follow_superior(row: Organization, by: Actor, now: dt.datetime) -> None:
    """A body that came under another town answers to the office of that town, or to nobody named."""
    above, here = row.superior, unit_on_record(row.unit_id)
    if above is None or here is None or above.unit_id in here.line:
        return
    live = Organization.objects.filter(kind=above.kind, unit_id__in=here.line, valid_to__isnull=True)
    found = live.exclude(pk=row.pk).order_by("-unit__depth", "code").first()
    superior_id = found.pk if found is not None else None
    _correct(row.pk, {"superior_id": superior_id})
    facts = {"superior": [above.pk, superior_id]}
    _written(f"organization:{row.pk}", "organization_follow", row.name, facts, by, now)


def _one_of_its_kind(row: Organization, unit_id: int) -> Organization | None:
    """The body that leaves no room for this one in a unit."""
    if row.kind not in ONE_A_UNIT:
        return None
    return Organization.objects.filter(unit_id=unit_id, kind=row.kind, valid_to__isnull=True).first()


def _absorb(row: Organization, heir: Organization, by: Actor, now: dt.datetime) -> None:
    for below in Organization.objects.filter(superior_id=row.pk, valid_to__isnull=True):
        _correct(below.pk, {"superior_id": heir.pk if below.pk != heir.pk else row.superior_id})
    _correct(row.pk, {"valid_to": max(localdate(now), row.valid_from)})
    facts = {"into": [heir.pk, heir.code]}
    _written(f"organization:{row.pk}", "organization_absorbed", row.name, facts, by, now)


def _nothing_holds_it(_organization_id: int) -> str:
    return ""


@transaction.atomic
def end_organization(
    *,
    organization_id: int,
    by: Actor,
    now: dt.datetime,
    held_by: Callable[[int], str] = _nothing_holds_it,
) -> None:
    """End a body from today on.

    ``held_by`` is asked, inside the transaction, what still depends on the body (rooms above know: matters in hand,
    postings, duty-list items) and answers in words, or with an empty text. Raises Conflict with these words, and if
    other bodies have it as their superior.
    """
    row = Organization.objects.select_for_update().filter(pk=organization_id, valid_to__isnull=True).first()
    if row is None:
        raise Conflict("这个单位已经撤销。")
    if row.valid_from > localdate(now):
        raise Invalid("这个单位在这一天还没有设立。")
    below = Organization.objects.filter(superior_id=row.pk, valid_to__isnull=True)
    names = "、".join(below.order_by("code").values_list("name", flat=True)[:3])
    if names:
        raise Conflict(f"{row.name}还有下级单位（{names}等），请先调整它们的上级。")
    reason = held_by(row.pk)
    if reason:
        raise Conflict(f"{row.name}不能撤销：{reason}")
    Organization.objects.filter(pk=row.pk).update(valid_to=localdate(now))
    _written(f"organization:{row.pk}", "organization_end", row.name, {"code": row.code}, by, now)
