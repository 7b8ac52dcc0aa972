"""Taking a list of people out: only the own area, masked as on the page, marked with who and when, and on record."""

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils.timezone import localtime

from jishi.accounts.rules.viewer import Viewer
from jishi.flows.importing.refused import write_text, write_workbook
from jishi.registers.actions.exports import note_export
from jishi.registers.queries.listing import COLUMNS, count, listed


def export_register(*, path: Path, by: Viewer, now: dt.datetime, unit_id: int | None = None) -> int:
    """Write the list as a workbook if ``path`` ends with xlsx, else as CSV; returns how many people are on it.

    The line in the audit record is written first: a list that is not on record is never made. The mark stands above
    the header and, in a workbook, at the foot of every page.
    """
    people = count(by, unit_id)
    with transaction.atomic():
        note_export(people=people, unit_id=unit_id, kind=path.suffix.lstrip("."), by=by, now=now)
    mark = f"{by.name} {localtime(now):%Y-%m-%d %H:%M} 从基石导出，共{people}人，仅限本职工作使用，不得转发"
    write = write_workbook if path.suffix.lower() == ".xlsx" else write_text
    write(path, COLUMNS, listed(by, unit_id), note=mark)
    return people
