"""Taking a list of components out: what the viewer may see and has narrowed it to, under the headings an import knows.

Names of streets and bodies, no people; yet a list that leaves the house is on record before it is made.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.db import transaction
from django.utils.timezone import localdate, localtime

from jishi.accounts.rules.viewer import Viewer
from jishi.flows.importing.refused import write_table
from jishi.kernel.errors import Invalid
from jishi.parts import queries
from jishi.parts.actions import note_export
from jishi.parts.queries import ComponentDetail, Filter
from jishi.territory.queries import unit

COLUMNS = (
    "部件代码", "大类", "小类", "名称", "网格代码", "所在单元", "位置", "经度", "纬度", "主管单位", "权属单位",
    "养护单位", "上次巡查日期", "应巡查日期", "状况",
)  # fmt: skip

AT_ONCE = 2_000


def export_components(*, path: Path, by: Viewer, wanted: Filter, now: dt.datetime, at_most: int | None = None) -> int:
    """Write the list as a workbook if ``path`` ends with xlsx, else as CSV; returns how many components are on it.

    Raises Invalid for more than ``at_most``.
    """
    today = localdate(now)
    number = queries.count(by, wanted, today=today)
    if at_most is not None and number > at_most:
        raise Invalid(f"这份清单有{number}个部件，XLSX最多{at_most}个；请缩小范围，或导出为CSV")
    with transaction.atomic():
        note_export(components=number, kind=path.suffix.lstrip("."), by=by, now=now)
    mark = f"{by.name} {localtime(now):%Y-%m-%d %H:%M} 从基石导出，共{number}个部件" if path.suffix == ".xlsx" else ""
    write_table(path, COLUMNS, _rows(by, wanted, today), note=mark)
    return number


def _rows(by: Viewer, wanted: Filter, today: dt.date) -> Iterator[list[str]]:
    after = ""
    while True:
        found = queries.details(by, wanted, today=today, after=after, limit=AT_ONCE)
        yield from (_cells(one, today) for one in found)
        if len(found) < AT_ONCE:
            return
        after = found[-1].row.code


def _cells(one: ComponentDetail, today: dt.date) -> list[str]:
    row, here = one.row, unit(one.row.unit_id)
    return [
        row.code,
        row.class_name,
        row.subclass_name,
        row.name,
        here.code if here is not None else "",
        row.unit_name,
        row.place,
        str(row.longitude) if row.longitude is not None else "",
        str(row.latitude) if row.latitude is not None else "",
        one.authority.name,
        one.owner.name,
        one.keeper.name,
        row.inspected_on.isoformat() if row.inspected_on else "",
        row.inspect_by.isoformat() if row.inspect_by else "",
        row.standing(today).label,
    ]
