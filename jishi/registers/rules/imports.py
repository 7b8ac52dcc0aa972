"""A file on its way into the registers, as others see it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jishi.accounts.rules.roles import Permission
from jishi.registers.rules.vocabulary import Source


class Subject(StrEnum):
    """What the rows of a file are about. Other rooms bring theirs in by the same runs and read them themselves."""

    PEOPLE = "people"
    PARTS = "parts"

    @property
    def label(self) -> str:
        return {"people": "居民名册", "parts": "部件"}[self.value]

    @property
    def permission(self) -> Permission:
        """Whoever brings such a file must hold it, when it is uploaded and while it is taken in."""
        return {"people": Permission.IMPORT_REGISTER, "parts": Permission.MANAGE_PLACE}[self.value]


@dataclass(frozen=True, slots=True)
class RunRow:
    """One import. ``done`` batches are over for good, ``counts`` says what became of their rows (see COUNTS)."""

    id: int
    subject: Subject
    source_name: str
    source: Source
    file_name: str
    path: str
    digest: str
    columns: Mapping[str, str]
    all_or_nothing: bool
    state: str
    rows: int
    done_rows: int
    done: int
    counts: Mapping[str, int]
    note: str
    created_at: dt.datetime
    created_by_id: int
    created_by: str
    finished_at: dt.datetime | None

    @property
    def refused(self) -> int:
        return self.counts.get("refused", 0)

    @property
    def is_working(self) -> bool:
        return self.state in ("checking", "importing")


# What is counted of people, in the order it is told.
COUNTS = {
    "new": "新登记人数",
    "households": "新登记户数",
    "dwellings": "新登记房屋",
    "known": "已在册",
    "joins": "并入本户",
    "filled": "补充的空项",
    "corrected": "同一来源更正",
    "conflicts": "与在册不一致，待裁定",
    "elsewhere": "已登记在别处，住处未改",
    "refused": "未导入",
}
