"""Seeing a whole document or telephone number: for a purpose, and never without a line in the audit record."""

import datetime as dt

from django.db import transaction

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Invalid
from jishi.registers.actions.ledger import held, written
from jishi.registers.rules.masking import SENSITIVE
from jishi.registers.rules.vocabulary import Purpose, RecordKind

MAX_NOTE = 100


@transaction.atomic
def reveal(
    *, kind: RecordKind, record_id: int, field: str, purpose: Purpose, note: str, by: Viewer, now: dt.datetime
) -> str:
    """The whole value of a masked field. Raises Invalid for a matter without its number, NotFound out of the area."""
    row = held(kind, record_id, by, Permission.READ_SENSITIVE)
    if field not in SENSITIVE or not hasattr(row, field):
        raise Invalid("这一项不需要申请查看。", field="field")
    said = note.strip()
    if purpose in (Purpose.MATTER, Purpose.EMERGENCY) and not said:
        asked = "请写明事项的受理编号。" if purpose is Purpose.MATTER else "请写明是什么紧急情况。"
        raise Invalid(asked, field="note")
    if len(said) > MAX_NOTE:
        raise Invalid(f"说明最多{MAX_NOTE}个字。", field="note")
    written(kind, record_id, "reveal", by, now, field=field, purpose=purpose.value, note=said)
    return str(getattr(row, field))
