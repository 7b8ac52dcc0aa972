"""A county sets how often it inspects what: its own line in its own list of sub-classes, loaded like all place data."""

import csv
import datetime as dt
import io
from pathlib import Path

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.flows.catalogue_reading import COLUMNS, FILE
from jishi.flows.place_editing import change_file, folder_in_use
from jishi.kernel.errors import Invalid, NotFound
from jishi.parts.queries import subclass
from jishi.parts.rules.catalogue import LONGEST_CYCLE
from jishi.parts.rules.given import clean_line
from jishi.territory.queries import place

LONGEST_SOURCE = 60


def set_cycle(*, code: str, days: int | None, source: str, by: Viewer, now: dt.datetime) -> None:
    """From today on a sub-class is inspected every so many days, or not regularly; ``source`` says who decided it.

    Raises Invalid with the field, NotFound for no sub-class of today, Forbidden.
    """
    by.check(Permission.MANAGE_PLACE)
    said = clean_line(source)
    if days is not None and not 1 <= days <= LONGEST_CYCLE:
        raise Invalid(f"巡查周期应是1至{LONGEST_CYCLE}天，或留空", field="days")
    if not said or len(said) > LONGEST_SOURCE:
        raise Invalid(f"请写明依据，最多{LONGEST_SOURCE}个字", field="source")
    kind = subclass(code)
    if kind is None:
        raise NotFound("目录中没有这个小类")
    own = _own_rows()
    own[code] = {
        "code": code,
        "name": kind.name,
        "class_code": kind.class_code,
        "class_name": kind.class_name,
        "inspection_days": str(days) if days is not None else "",
        "source": said,
    }
    change_file(name=FILE, text=_written(own), by=by, now=now)


def _own_rows() -> dict[str, dict[str, str]]:
    """The lines of the county's own list, by code; none where it has not made any."""
    path: Path = folder_in_use(place().key) / FILE
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["code"]: {name: row.get(name) or "" for name in COLUMNS} for row in csv.DictReader(file)}


def _written(rows: dict[str, dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows[code] for code in sorted(rows))
    return text.getvalue()
