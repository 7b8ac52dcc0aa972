"""Loading the catalogue. A sub-class keeps its row: a new name or cycle holds from today on for what it has."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import localdate

from jishi.parts.actions.ledger import written
from jishi.parts.models import MajorClass, Subclass
from jishi.parts.rules.catalogue import SubclassEntry, check_catalogue
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
    new, changed = [], []
    for entry in entries:
        row = held.pop(entry.code, None)
        if row is None:
            new.append(_filled(Subclass(code=entry.code, major_id=entry.class_code, valid_from=today), entry))
        elif (row.name, row.inspection_days, row.source, row.valid_to) != (entry.name, entry.days, entry.source, None):
            row.valid_to = None
            changed.append(_filled(row, entry))
    gone = [row for row in held.values() if row.valid_to is None]
    for row in gone:
        row.valid_to = max(today, row.valid_from)
    Subclass.objects.bulk_create(new, batch_size=200)
    Subclass.objects.bulk_update(changed + gone, ["name", "inspection_days", "source", "valid_to"], batch_size=100)
    counts = Counts(len(new), len(changed), len(entries) - len(new) - len(changed), len(gone))
    if counts.anything_happened:
        facts = {"new": counts.new, "changed": counts.changed, "ended": counts.ended}
        written("parts", "catalogue_load", "部件分类目录", facts, by, now)
    return counts


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
