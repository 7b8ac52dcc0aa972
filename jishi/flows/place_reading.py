"""Reading a place folder: every file is read and checked before anything is loaded, and every bad line is told."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jishi.duties.rules.entries import (
    CLOCKS,
    GRADES,
    MEASURES,
    CategoryEntry,
    DutyEntry,
    LimitEntry,
    check_categories,
    check_duties,
    check_limits,
)
from jishi.flows import catalogue_reading, offer_reading, register_reading
from jishi.kernel.divisions import Level, level_of, parse_code
from jishi.kernel.errors import Invalid
from jishi.kernel.holidays import is_workday, known_until
from jishi.kernel.worktime import WorkCalendar
from jishi.orders.rules.offers import OfferEntry
from jishi.organizations.rules.bodies import BodyEntry, check_bodies, standard_bodies
from jishi.parts.rules.catalogue import SubclassEntry
from jishi.territory.rules import divisions
from jishi.territory.rules.levels import DEEPEST, check_levels, ladder_of, level_list
from jishi.territory.rules.loading import Problem, refuse_if_any
from jishi.territory.rules.sources import Document, Row, Section, read_csv, read_yaml
from jishi.territory.rules.tree import UnitEntry, check_rows

COMMON = "common"  # the folder beside the places whose content they extend
_TOP = (
    "key",
    "name",
    "kind",
    "county_code",
    "number_prefix",
    "center",
    "area_km2",
    "since",
    "members",
    "levels",
    "branches",
    "work_hours",
    "work_hours_source",
    "grid_standard",
    "public_parts",
    "grades",
    "matters",
    "orders",
    "registers",
    "limits",
)
_UNIT_COLUMNS = ("code", "name", "kind", "parent")
_BODY_COLUMNS = ("code", "name", "short_name", "kind", "located", "superior", "phone")
_CATEGORY_COLUMNS = ("code", "name", "parent", "grade", "urgent", "words", "closing_condition")
_DUTY_COLUMNS = (
    "list_name",
    "number",
    "name",
    "basis",
    "category_code",
    "organization",
    "organization_kind",
    "helpers",
)
_YES = {"1", "是", "true", "yes"}
_NO = {"", "0", "否", "false", "no"}


@dataclass(frozen=True, slots=True)
class PlaceFiles:
    """A place as its folder describes it: the template's content and the rows of each kind."""

    content: dict[str, Any]
    since: dt.date
    units: tuple[UnitEntry, ...]
    organizations: tuple[BodyEntry, ...]
    categories: tuple[CategoryEntry, ...]
    duties: tuple[DutyEntry, ...]
    limits: tuple[LimitEntry, ...]
    catalogue: tuple[SubclassEntry, ...]
    offers: tuple[OfferEntry, ...]


@dataclass
class _Reading:
    folder: Path
    problems: list[Problem] = field(default_factory=list)

    def yaml(self, folder: Path) -> Document:
        return read_yaml(f"{folder.name}/place.yaml", self._bytes(folder / "place.yaml"), self.problems)

    def rows(self, folder: Path, name: str, columns: Iterable[str], *, required: bool = True) -> list[Row]:
        if not required and not (folder / name).is_file():
            return []
        return read_csv(f"{folder.name}/{name}", self._bytes(folder / name), columns, self.problems)

    def _bytes(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError:
            self.problems.append(Problem(f"{path.parent.name}/{path.name}", 1, "没有这个文件，或不能读取"))
            return b""

    def flag(self, row: Row, column: str) -> bool:
        text = row[column].lower()
        if text not in _YES | _NO:
            self.problems.append(row.problem(f"“{column}”应写1或留空"))
        return text in _YES

    def number(self, row: Row, column: str) -> float | None:
        try:
            return float(row[column]) if row[column] else None
        except ValueError:
            self.problems.append(row.problem(f"“{column}”应是数字"))
            return None


def read_place(folder: Path) -> PlaceFiles:
    """Everything in a place folder, checked; raises LoadRefused that lists every bad line of every file."""
    reading = _Reading(folder)
    common = folder.parent / COMMON
    documents = [reading.yaml(folder)]
    if (common / "place.yaml").is_file():
        documents.append(reading.yaml(common))
    refuse_if_any(reading.problems)  # a broken YAML file has no sections to look at
    content, since, limits = _template(documents, reading.problems)
    if not content:
        refuse_if_any(reading.problems)
    units, committees = _units(reading, content)
    reading.problems += check_rows(units, ladder_of(content), {})[1]
    bodies = standard_bodies(units, committees) + _bodies(reading)
    reading.problems += check_bodies(bodies, unit_codes={unit.code for unit in units}, standing={})
    categories = _overlaid(_categories(reading, common), _categories(reading, folder), lambda row: row.code)
    reading.problems += check_categories(categories)
    duties = _overlaid(_duties(reading, common), _duties(reading, folder), lambda row: (row.list_name, row.number))
    codes = {category.code for category in categories}
    reading.problems += check_duties(duties, category_codes=codes, organization_codes={body.code for body in bodies})
    reading.problems += check_limits(limits, category_codes=codes)
    name, columns = catalogue_reading.FILE, catalogue_reading.COLUMNS
    below, own = (reading.rows(where, name, columns, required=False) for where in (common, folder))
    catalogue = catalogue_reading.catalogue_of(below, own, reading.problems)
    rows = reading.rows(folder, offer_reading.FILE, offer_reading.COLUMNS, required=False)
    offers = offer_reading.offers_of(rows, bodies, units, reading.problems)
    refuse_if_any(reading.problems)
    lists = (tuple(units), tuple(bodies), tuple(categories), tuple(duties), tuple(limits))
    return PlaceFiles(content, since, *lists, catalogue, offers)


def _overlaid(below: Iterable[Any], above: Iterable[Any], key: Any) -> list[Any]:
    """The common rows with the place's own in their stead. A row said twice in one file stays twice, to be told."""
    own = list(above)
    taken = {key(row) for row in own}
    return [row for row in below if key(row) not in taken] + own


def _template(documents: list[Document], problems: list[Problem]) -> tuple[dict[str, Any], dt.date, list[LimitEntry]]:
    """The content of the template with the common sections filled in; empty if nothing can be built on it."""
    before = len(problems)
    sections = [Section(document, document.content, (), problems) for document in documents]
    merged: dict[str, Any] = {}
    owner: dict[str, Section] = {}
    for section in sections:
        section.only(*_TOP)
        for key, value in section.value.items():
            if key not in merged:
                merged[key], owner[key] = value, section
    main = sections[0]
    whole = {key: Section(found.document, merged, (), problems) for key, found in owner.items()}
    since = _check_place(main)
    check_levels(main)
    for key, check in (("work_hours", _check_hours), ("grades", _check_grades), ("matters", _check_matters)):
        if key in whole:
            check(whole[key])
        else:
            main.fail(f"缺少“{key}”")
    offer_reading.check_orders(whole.get("orders", main))
    register_reading.check_registers(whole.get("registers", main))
    limits = _limits(sections, str(merged.get("name", "")))
    if len(problems) > before:
        return {}, since, limits
    ladder = {"levels": merged["levels"], "branches": merged.get("branches", []), "members": merged.get("members", "")}
    content = {key: merged[key] for key in _TOP if key in merged and key not in ("branches", "members", "limits")}
    content |= {"ladder": ladder, "levels": level_list(ladder_of({"ladder": ladder})), "since": since.isoformat()}
    return content, since, limits


def _check_place(place: Section) -> dt.date:
    place.text("key"), place.text("name"), place.text("kind"), place.flag("public_parts")
    if place.value.get("number_prefix") and not re.fullmatch(r"[A-Z]{2}", place.text("number_prefix")):
        place.fail("“number_prefix”应是两个大写字母", "number_prefix")
    elif not place.value.get("number_prefix"):
        place.fail("缺少“number_prefix”")
    code = place.text("county_code")
    try:
        if code and (parse_code(code) != code or level_of(code) is not Level.COUNTY):
            place.fail("“county_code”应是12位的县级代码", "county_code")
    except Invalid as refusal:
        place.fail(refusal.message.rstrip("。"), "county_code")
    center = place.entries("center")
    if center and not (
        len(center) == 2
        and all(isinstance(degree, int | float) for degree in center)
        and 73 <= center[0] <= 136
        and 3 <= center[1] <= 54
    ):
        place.fail("“center”应写成[113.11, 27.88]这样的WGS84经度和纬度，在中国境内", "center")
    area = place.value.get("area_km2")
    if not isinstance(area, int | float) or isinstance(area, bool) or not 0 < area < 1_000_000:
        place.fail("“area_km2”应是大于0的平方公里数", "area_km2")
    since = place.value.get("since")
    if not isinstance(since, dt.date) or isinstance(since, dt.datetime):
        place.fail("“since”应是日期，例如2023-06-30", "since")
        return dt.date.min
    return since


def _check_hours(place: Section) -> None:
    spans = []
    for index, pair in enumerate(place.entries("work_hours")):
        try:
            first, last = (dt.time.fromisoformat(text) for text in pair)
            spans.append((first, last))
        except (ValueError, TypeError):
            place.fail('上班时间应写成["08:30", "12:00"]', "work_hours", index)
            return
    try:
        if spans:
            WorkCalendar(hours=tuple(spans), is_workday=is_workday, known_until=known_until())
    except ValueError:
        place.fail("上班时间段应从早到晚、互不重叠，以整分钟为界", "work_hours")


def _check_grades(place: Section) -> None:
    found = []
    for grade in place.sections("grades"):
        grade.only("key", "name", "depths", "sentence", "words", "several_units", "repeated", "repeated_days", "source")
        found.append(grade.text("key", choices=GRADES))
        grade.text("name"), grade.text("sentence"), grade.texts("words"), grade.text("source", "")
        for number in ("several_units", "repeated", "repeated_days"):
            grade.number(number, 0)
        if grade.number("repeated", 0) and not grade.number("repeated_days", 0):
            grade.fail("写了“repeated”，还要写在多少天内（repeated_days）", "repeated_days")
        depths = grade.entries("depths")
        if not all(isinstance(depth, int) and 0 <= depth <= DEEPEST for depth in depths):
            grade.fail(f"“depths”应是0到{DEEPEST}的层级", "depths")
    if sorted(found) != sorted(GRADES):
        place.fail(f"等级须写全且各写一次：{'、'.join(GRADES)}", "grades")


def _check_matters(place: Section) -> None:
    matters = place.inner("matters")
    matters.only(
        "reopen_days",
        "verify",
        "hazard_words",
        "pause",
        "return_grounds",
        "extension",
        "escalation",
        "supervise",
    )
    matters.number("reopen_days", least=1)
    matters.texts("hazard_words")
    pause, extension, escalation = (matters.inner(key) for key in ("pause", "extension", "escalation"))
    pause.number("max_working_days", least=1)
    extension.number("max_times"), extension.number("max_working_days", least=1)
    escalation.number("repeat_working_hours", least=1), escalation.number("max_level")
    matters.inner("verify").flag("needs_place", True)
    for section, key, words in (
        (matters, "return_grounds", "text"),
        (pause, "reasons", "text"),
        (matters, "supervise", "name"),
    ):
        keys = []
        for entry in section.sections(key):
            entry.only("key", words)
            keys.append(entry.text("key"))
            entry.text(words)
        if len(set(keys)) < len(keys):
            section.fail(f"“{key}”里有重复的key", key)


def _limits(sections: list[Section], place_name: str) -> list[LimitEntry]:
    found: list[LimitEntry] = []
    for section in reversed(sections):  # the common ones first, then the place's own over them
        entries = [_limit(limit, place_name) for limit in section.sections("limits", required=False)]
        found = _overlaid(found, entries, lambda entry: entry.key)
    return found


def _limit(limit: Section, place_name: str) -> LimitEntry:
    limit.only("clock", "grade", "category", "urgent", "amount", "measure", "source")
    return LimitEntry(
        limit.text("clock", choices=CLOCKS),
        limit.text("grade", "", choices=GRADES),
        limit.text("category", ""),
        limit.flag("urgent"),
        limit.number("amount", least=1),
        limit.text("measure", choices=MEASURES),
        limit.text("source", "").replace("{name}", place_name),
        limit.document.file,
        limit.document.line(limit.path),
    )


def _units(reading: _Reading, content: Mapping[str, Any]) -> tuple[list[UnitEntry], dict[str, str]]:
    longitude, latitude = content["center"]
    county = UnitEntry(
        content["county_code"],
        content["name"],
        content["kind"],
        "",
        float(longitude),
        float(latitude),
        f"{reading.folder.name}/place.yaml",
        1,
    )
    rows = reading.rows(reading.folder, "divisions.csv", divisions.COLUMNS)
    units, committees = divisions.unit_rows(rows, county=county, problems=reading.problems)
    for row in reading.rows(reading.folder, "units.csv", _UNIT_COLUMNS, required=False):
        units.append(
            UnitEntry(
                row["code"],
                row["name"],
                row["kind"],
                row["parent"],
                reading.number(row, "longitude"),
                reading.number(row, "latitude"),
                row.file,
                row.line,
            )
        )
    return units, committees


def _bodies(reading: _Reading) -> list[BodyEntry]:
    return [
        BodyEntry(
            row["code"],
            row["name"],
            row["short_name"],
            row["kind"],
            row["located"],
            row["superior"],
            row["phone"],
            row.file,
            row.line,
        )
        for row in reading.rows(reading.folder, "organizations.csv", _BODY_COLUMNS)
    ]


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _categories(reading: _Reading, folder: Path) -> list[CategoryEntry]:
    return [
        CategoryEntry(
            row["code"],
            row["name"],
            row["parent"],
            row["grade"],
            reading.flag(row, "urgent"),
            _split(row["words"]),
            row["closing_condition"],
            row.file,
            row.line,
        )
        for row in reading.rows(folder, "categories.csv", _CATEGORY_COLUMNS, required=folder.name != COMMON)
    ]


def _duties(reading: _Reading, folder: Path) -> list[DutyEntry]:
    return [
        DutyEntry(
            row["list_name"],
            row["number"],
            row["name"],
            row["basis"],
            row["category_code"],
            row["organization"],
            row["organization_kind"],
            _split(row["helpers"]),
            row.file,
            row.line,
        )
        for row in reading.rows(folder, "duties.csv", _DUTY_COLUMNS, required=folder.name != COMMON)
    ]
