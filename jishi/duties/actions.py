"""Loading classes, duty lists and limits. A changed row ends today and begins anew, so that every day's list can be
read again; a row the file no longer has ends."""

import datetime as dt
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from jishi.audit.actions import record
from jishi.duties.models import Category, DutyItem, Limit
from jishi.duties.queries import categories, forget_cache
from jishi.duties.rules.entries import (
    CategoryEntry,
    DutyEntry,
    LimitEntry,
    check_categories,
    check_duties,
    check_limits,
)
from jishi.kernel.errors import Invalid
from jishi.organizations.queries import dispatchable
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.loading import Counts, refuse_if_any

Values = Mapping[str, Any]
_WORDS = ("list_name", "number", "name", "basis", "category_code", "organization_kind")  # of an item, beside its bodies


def _replace(model: Any, live: Mapping[Hashable, Any], wanted: Mapping[Hashable, Values], day: dt.date) -> Counts:
    """Makes the live rows of a table be ``wanted``, by ending and beginning rows."""
    changed = {
        key
        for key, row in live.items()
        if key in wanted and any(getattr(row, name) != value for name, value in wanted[key].items())
    }
    gone = set(live) - set(wanted)
    ended = [live[key] for key in changed | gone]
    if any(row.valid_from > day for row in ended):
        raise Invalid("清单的现行版本比这一天还新，不能倒填。")
    model.objects.filter(pk__in=[row.pk for row in ended]).update(valid_to=day)
    begun = [key for key in wanted if key not in live or key in changed]
    model.objects.bulk_create([model(**wanted[key], valid_from=day) for key in begun], batch_size=200)
    return Counts(len(begun) - len(changed), len(changed), len(wanted) - len(begun), len(gone))


def _written(action: str, counts: Counts, by: Actor, now: dt.datetime, **facts: Any) -> None:
    forget_cache()
    transaction.on_commit(forget_cache)
    if counts.anything_happened:
        record(
            stream="duties",
            actor_id=by.person_id or None,
            actor=by.name,
            action=action,
            subject=", ".join(facts.pop("lists", ())) or action,
            facts={"new": counts.new, "changed": counts.changed, "ended": counts.ended, **facts},
            at=now,
        )


@transaction.atomic
def load_categories(*, entries: Sequence[CategoryEntry], by: Actor, now: dt.datetime) -> Counts:
    """Make ``entries`` the catalogue from today on. Raises LoadRefused with every bad line; then nothing changes."""
    refuse_if_any(check_categories(entries))
    counts = Counts()
    for is_first_level in (True, False):
        rows = Category.objects.filter(valid_to__isnull=True, parent__isnull=is_first_level)
        parents = dict(Category.objects.filter(valid_to__isnull=True, parent__isnull=True).values_list("code", "pk"))
        wanted: dict[Hashable, Values] = {
            entry.code: {
                "code": entry.code,
                "name": entry.name,
                "parent_id": parents[entry.parent_code] if entry.parent_code else None,
                "grade": entry.grade,
                "urgent": entry.urgent,
                "words": list(entry.words),
                "closing_condition": entry.closing_condition,
            }
            for entry in entries
            if (not entry.parent_code) == is_first_level
        }
        done = _replace(Category, {row.code: row for row in rows}, wanted, localdate(now))
        counts = counts.plus(new=done.new, changed=done.changed, unchanged=done.unchanged, ended=done.ended)
    _written("categories_load", counts, by, now)
    return counts


@transaction.atomic
def load_duties(*, entries: Sequence[DutyEntry], by: Actor, now: dt.datetime) -> Counts:
    """Make ``entries`` the content of the lists they belong to from today on; other lists stay as they are.

    Raises LoadRefused with every bad line; then nothing changes. Classes and organisations must be loaded before.
    """
    forget_cache()
    organization_ids = {body.code: body.id for body in dispatchable()}
    codes = {category.code for category in categories()}
    refuse_if_any(check_duties(entries, category_codes=codes, organization_codes=organization_ids))
    lists = sorted({entry.list_name for entry in entries})
    rows = DutyItem.objects.filter(valid_to__isnull=True, list_name__in=lists)
    wanted: dict[Hashable, Values] = {
        (entry.list_name, entry.number): {
            "list_name": entry.list_name,
            "number": entry.number,
            "name": entry.name,
            "basis": entry.basis,
            "category_code": entry.category_code,
            "organization_id": organization_ids[entry.organization_code] if entry.organization_code else None,
            "organization_kind": entry.organization_kind,
            "helpers": list(entry.helpers),
        }
        for entry in entries
    }
    live: dict[Hashable, DutyItem] = {(row.list_name, row.number): row for row in rows}
    counts = _replace(DutyItem, live, wanted, localdate(now))
    _written("duties_load", counts, by, now, lists=lists)
    return counts


@transaction.atomic
def load_limits(*, entries: Sequence[LimitEntry], by: Actor, now: dt.datetime) -> Counts:
    """Make ``entries`` the limits from today on; due times already given stay. Raises LoadRefused with every bad
    line, and if a grade would be without a limit."""
    forget_cache()
    refuse_if_any(check_limits(entries, category_codes={category.code for category in categories()}))
    rows = Limit.objects.filter(valid_to__isnull=True)
    wanted: dict[Hashable, Values] = {
        entry.key: {
            "clock": entry.clock,
            "grade": entry.grade,
            "category_code": entry.category_code,
            "urgent": entry.urgent,
            "amount": entry.amount,
            "measure": entry.measure,
            "source": entry.source,
        }
        for entry in entries
    }
    live: dict[Hashable, Limit] = {(row.clock, row.grade, row.category_code, row.urgent): row for row in rows}
    counts = _replace(Limit, live, wanted, localdate(now))
    _written("limits_load", counts, by, now)
    return counts


@transaction.atomic
def follow_bodies(*, absorbed: Sequence[tuple[str, str]], by: Actor, now: dt.datetime) -> Counts:
    """Items that name a body which was absorbed name the one that goes on from today on.

    ``absorbed`` are pairs of codes, as of the bodies' ids `organizations.actions.follow_units` gives.
    """
    heirs = dict(absorbed)
    live = {row.pk: row for row in DutyItem.objects.filter(valid_to__isnull=True).select_related("organization")}
    ids = {body.code: body.id for body in dispatchable()}
    wanted: dict[Hashable, Values] = {}
    for key, row in live.items():
        named = row.organization.code if row.organization is not None else ""
        if named in heirs or heirs.keys() & set(row.helpers):
            wanted[key] = {
                **{field: getattr(row, field) for field in _WORDS},
                "organization_id": ids[heirs[named]] if named in heirs else row.organization_id,
                "helpers": list(dict.fromkeys(heirs.get(helper, helper) for helper in row.helpers)),
            }
    counts = _replace(DutyItem, {key: row for key, row in live.items() if key in wanted}, wanted, localdate(now))
    _written("duties_follow", counts, by, now)
    return counts
