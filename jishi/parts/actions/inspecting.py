"""Somebody has looked at a component and says what was found."""

import datetime as dt

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Invalid, NotFound
from jishi.parts.actions.ledger import written
from jishi.parts.models import Component, Inspection
from jishi.parts.queries.scope import visible
from jishi.parts.rules.codes import clean_code
from jishi.parts.rules.given import MAX_NOTE, clean_line
from jishi.parts.rules.inspections import Condition, next_inspection


@transaction.atomic
def inspect(
    *, code: str, condition: Condition, by: Viewer, now: dt.datetime, note: str = "", matter_number: str = ""
) -> None:
    """Write down what was found; the next inspection is a cycle from today.

    ``matter_number`` is that of the matter a fault was reported with. Raises Invalid for a note that is too long,
    NotFound for a component outside the areas of postings that inspect.
    """
    said = clean_line(note)
    if len(said) > MAX_NOTE:
        raise Invalid(f"说明最多{MAX_NOTE}个字", field="note")
    seen = visible(by, Permission.INSPECT_PARTS).filter(code=clean_code(code))
    row = seen.select_related("subclass").select_for_update(of=("self",)).first()
    if row is None:
        raise NotFound("没有找到这个部件，或不在您的巡查范围内")
    today = localdate(now)
    Inspection.objects.create(
        component=row,
        at=now,
        by_id=by.person_id,
        by_name=by.name,
        condition=condition.value,
        note=said,
        matter_number=matter_number,
    )
    Component.objects.filter(pk=row.pk).update(
        condition=condition.value,
        inspected_on=today,
        inspect_by=next_inspection(today, row.subclass.inspection_days),
    )
    facts = {"condition": condition.value, "matter": matter_number}
    written(f"component:{row.pk}", "component_inspect", row.code, facts, by, now)
