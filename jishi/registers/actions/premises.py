"""Premises of organisations in a grid."""

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Invalid
from jishi.registers.actions.ledger import check_grid, day_of, held, written
from jishi.registers.actions.values import taken_elsewhere
from jishi.registers.models import Premises, PremisesGrid
from jishi.registers.rules.entries import Origin, check_complete, read_values
from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.names import initials
from jishi.registers.rules.vocabulary import EndReason, RecordKind

PREMISES = RecordKind.PREMISES


@transaction.atomic
def enter_premises(*, unit_id: int, values: Mapping[str, str], origin: Origin, by: Viewer, now: dt.datetime) -> int:
    """Register where an organisation is; returns the id. A code is optional, but one that is given must be true."""
    check_grid(unit_id, by)
    today = day_of(now)
    read = read_values(PREMISES, values, today)
    check_complete(PREMISES, read)
    if "kind" not in read:
        raise Invalid("请选择类别。", field="kind")
    try:
        with transaction.atomic():
            row = Premises.objects.create(
                **{name: FIELDS[PREMISES][name].column(value) for name, value in read.items()},
                initials=initials(read["name"]),
                source=origin.source,
                source_note=origin.note,
                recorded_at=now,
                recorded_by=by.name,
                verified_on=today,
                verified_by=by.name,
                valid_from=today,
            )
    except IntegrityError as error:
        raise taken_elsewhere(["uscc"]) from error
    PremisesGrid.objects.create(premises=row, unit_id=unit_id, valid_from=today)
    written(PREMISES, row.pk, "enter_premises", by, now, first=True, unit=unit_id)
    return row.pk


@transaction.atomic
def end_premises(*, premises_id: int, reason: EndReason, by: Viewer, now: dt.datetime) -> None:
    """An organisation has closed, gone, or was entered by mistake."""
    held(PREMISES, premises_id, by)
    today = day_of(now)
    PremisesGrid.objects.filter(premises_id=premises_id, valid_to__isnull=True).update(valid_to=today)
    Premises.objects.filter(pk=premises_id).update(valid_to=today, end_reason=reason)
    written(PREMISES, premises_id, "end_premises", by, now, reason=reason.value)
