"""Loading the catalogue. A sub-class keeps its row: a new name or cycle holds from today on for what it has.

With a new cycle every component of the sub-class gets a new day: a cycle after it was last looked at, and where nobody
ever looked equally many on each day of a cycle from today.
"""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import localdate

from jishi.parts.actions.ledger import written
from jishi.parts.models import LIVE, Component, MajorClass, Subclass
from jishi.parts.rules.catalogue import SubclassEntry, check_catalogue
from jishi.parts.rules.inspections import first_inspection, next_inspection
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.loading import Counts, refuse_if_any


@transaction.atomic
def load_catalogue(*, entries: Sequence[SubclassEntry], by: Actor, now: dt.datetime) -> Counts:
    """Make ``entries`` the catalogue from today on; what is not among them ends and takes no new components.

    Raises LoadRefused with every bad line; then nothing changes.
    """
    refuse_if_any(check_catalogue(entries))
    _name_classes(entries)
    today = localdate(now)
    held = {row.code: row for row in Subclass.objects.all()}
    new, changed, cycles = [], [], []
    for entry in entries:
        row = held.pop(entry.code, None)
        if row is None:
            new.append(_filled(Subclass(code=entry.code, major_id=entry.class_code, valid_from=today), entry))
        elif (row.name, row.inspection_days, row.source, row.valid_to) != (entry.name, entry.days, entry.source, None):
            row.valid_to = None
            if row.inspection_days != entry.days:
                cycles.append(entry)
            changed.append(_filled(row, entry))
    gone = [row for row in held.values() if row.valid_to is None]
    for row in gone:
        row.valid_to = max(today, row.valid_from)
    Subclass.objects.bulk_create(new, batch_size=200)
    Subclass.objects.bulk_update(changed + gone, ["name", "inspection_days", "source", "valid_to"], batch_size=100)
    for entry in cycles:
        _spread(entry, today)
    counts = Counts(len(new), len(changed), len(entries) - len(new) - len(changed), len(gone))
    if counts.anything_happened:
        facts = {"new": counts.new, "changed": counts.changed, "ended": counts.ended}
        written("parts", "catalogue_load", "部件分类目录", facts, by, now)
    return counts


def _spread(entry: SubclassEntry, today: dt.date) -> None:
    """The days on which the components of a sub-class are to be looked at next."""
    live = Component.objects.filter(LIVE, subclass=entry.code)
    seen = live.filter(inspected_on__isnull=False)
    for day in seen.order_by().values_list("inspected_on", flat=True).distinct():
        live.filter(inspected_on=day).update(inspect_by=next_inspection(day, entry.days) if day else None)
    never = list(live.filter(inspected_on__isnull=True).only("id", "code"))
    for row in never:
        row.inspect_by = first_inspection(row.code, None, today, entry.days)
    Component.objects.bulk_update(never, ["inspect_by"], batch_size=500)


def _name_classes(entries: Sequence[SubclassEntry]) -> None:
    names = {entry.class_code: entry.class_name for entry in entries}
    MajorClass.objects.bulk_create(
        [MajorClass(code=code, name=name) for code, name in names.items()],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name"],
    )


def _filled(row: Subclass, entry: SubclassEntry) -> Subclass:
    row.name, row.inspection_days, row.source = entry.name, entry.days, entry.source
    return row
