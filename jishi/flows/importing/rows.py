"""One row of a foreign file as a report, or the reason why it cannot be one."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jishi.flows.importing.layouts import Layout, heading
from jishi.flows.importing.naming import Gazetteer
from jishi.flows.importing.sheets import GARBLED, TORN, Line
from jishi.kernel.errors import Invalid
from jishi.kernel.sheets import plain
from jishi.matters.rules.given import Origin, Report
from jishi.matters.rules.reports import check_report, clean_report, clean_text
from jishi.matters.rules.vocabulary import Channel

MAX_ID = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one file. ``columns`` says where each heading stands."""

    layout: Layout
    width: int
    columns: dict[str, int]
    channel: Channel
    now: dt.datetime
    places: Gazetteer

    def key(self, line: Line) -> str:
        """The id the row has in its source; empty if it has none."""
        return re.sub(r"\s+", " ", clean_text(self._one("id", line)))

    def source_key(self, key: str) -> str:
        return f"{self.layout.name}:{key}"

    def report(self, line: Line) -> Report:
        """The row as a report that the rules will take; raises ``Invalid`` with the reason."""
        self._check_form(line)
        moment = self._moment(line)
        title = " · ".join(self._many("title", line))
        text = "\n".join(self._many("text", line))
        if not clean_text(text):
            raise Invalid(f"“{'、'.join(self.layout.columns['text'])}”为空")
        place = " ".join(self._many("place", line))
        longitude, latitude = self._number("longitude", line), self._number("latitude", line)
        if longitude is None or latitude is None:
            longitude = latitude = None
        report = Report(
            channel=self.channel,
            text=text,
            title=title,
            unit_id=self.places.find(f"{title}\n{place}\n{text}"),
            place=place,
            longitude=longitude,
            latitude=latitude,
            category_code=(self.layout.classes or {}).get(self._one("class", line), ""),
            reporter_name=self._one("reporter", line),
            source_key=self.source_key(self.key(line)),
            origin=self._origin(line, moment),
        )
        report = clean_report(report)
        check_report(report)
        return report

    def _check_form(self, line: Line) -> None:
        if line.torn:
            raise Invalid(TORN)
        if any(cell.strip() for cell in line.cells[self.width :]):
            raise Invalid(f"列数不符：表头{self.width}列，本行{len(line.cells)}列")
        if any(GARBLED in cell for cell in line.cells):
            raise Invalid("有无法识别的字符，文件在传送中可能损坏")
        key = self.key(line)
        if not key:
            raise Invalid(f"“{self.layout.columns['id'][0]}”为空")
        if len(key) > MAX_ID:
            raise Invalid(f"编号最多{MAX_ID}个字")

    def _moment(self, line: Line) -> dt.datetime:
        column, written = self.layout.columns["time"][0], self._one("time", line)
        if not written:
            raise Invalid(f"“{column}”为空")
        moment = self.layout.moment(written)
        if moment is None:
            raise Invalid(f"“{column}”不是认识的时间：{written[:40]}")
        if moment > self.now:
            raise Invalid(f"“{column}”晚于现在：{written[:40]}")
        return moment

    def _number(self, meaning: str, line: Line) -> float | None:
        written = self._one(meaning, line)
        if not written:
            return None
        try:
            return float(written)
        except ValueError:
            raise Invalid(f"“{self.layout.columns[meaning][0]}”不是数字：{written[:40]}") from None

    def _origin(self, line: Line, moment: dt.datetime) -> Origin:
        """What the source said besides: when, its own counts, and the answer given there."""
        key, kept = self.key(line), {name: self._cell(name, line) for name in self.layout.kept}
        kept = {name: value for name, value in kept.items() if value}
        facts: dict[str, Any] = {"source": self.layout.name, "id": key, "reported_at": moment.isoformat()}
        note = f"{self.layout.label}，原编号 {key}，原留言时间 {moment:%Y-%m-%d %H:%M}。"
        if kept:
            facts["kept"] = kept
            note += "，".join(f"{name}：{value}" for name, value in kept.items()) + "。"
        reply = clean_text(self._one("reply", line))
        if reply:
            when = self._one("reply_time", line)
            replied = self.layout.moment(when)
            facts |= {"reply": reply, "replied_at": replied.isoformat() if replied else when}
            note += f"\n原平台答复（{f'{replied:%Y-%m-%d %H:%M}' if replied else when or '时间不详'}）：\n{reply}"
        return Origin(note=note, facts=facts)

    def _one(self, meaning: str, line: Line) -> str:
        headings = self.layout.columns.get(meaning)
        return self._cell(headings[0], line) if headings else ""

    def _many(self, meaning: str, line: Line) -> list[str]:
        cells = [self._cell(name, line) for name in self.layout.columns.get(meaning, ())]
        return [cell for cell in cells if cell]

    def _cell(self, name: str, line: Line) -> str:
        at = self.columns.get(name)
        return plain(line.cells[at].strip()) if at is not None and at < len(line.cells) else ""


def places_of_headings(cells: Sequence[str]) -> dict[str, int]:
    """Where each heading stands; of two alike the first."""
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        found.setdefault(heading(cell), at)
    return found


def looks_like_row(layout: Layout, header: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether cells can be a row under this header: as wide, with an id on one line and a time."""
    if len(cells) != len(header):
        return False
    columns = places_of_headings(header)
    key, time = (cells[columns[layout.columns[meaning][0]]] for meaning in ("id", "time"))
    return bool(key.strip()) and "\n" not in key.strip() and layout.moment(time) is not None
