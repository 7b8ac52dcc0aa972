"""Workbooks, read piece by piece so that a million rows fit into memory and a broken file cannot take all of it.

An XLSX is a ZIP of XML. The XML of a sheet is cut behind every few thousand rows, and each piece is given to calamine
as a small workbook of its own. Strings that the workbook shares among its sheets are read once: until the end a cell
only holds the number of its string. What is not laid out as programs usually do, and the older XLS, is read whole if it
is small.
"""

import html
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from jishi.kernel.errors import Invalid, TooLarge

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
UNPACKED_AT_MOST = 4 * 1024**3
WHOLE_AT_MOST = 256 * 1024**2  # unpacked, or as it lies in an XLS: so much is read at once
_PIECE = 8 * 1024**2
_HEAD_AT_MOST = 1024**2
_FRAME_AT_MOST = 32 * 1024**2
MARK = "\ue000s:"  # before the number of a shared string, in place of the string
_GAP_AT_MOST = 100_000
_END = b"</sheetData></worksheet>"
_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_FRAME = ("[Content_Types].xml", "_rels/.rels", _BOOK, _RELATIONS)
_FAR = re.compile(rb' r="[A-Z]{3}[0-9]')
_ROW = re.compile(rb"<row[\s/>]")
_ROW_NUMBER = re.compile(rb'<row (?:[a-z][^>]*? )??r="([0-9]+)"')
_STRING = re.compile(rb't="s"([^>]*)><v>')
_SHEET = re.compile(rb"<sheet\s[^>]*>")
_RELATION = re.compile(rb"<Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_PLAIN = re.compile(rb"<si><t(?:\s[^>]*)?>([^<]*)</t></si>")
_ITEM = re.compile(rb"<si>.*?</si>|<si/>", re.DOTALL)
_TEXT = re.compile(rb"<t(?:\s[^>]*)?>([^<]*)</t>")
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.DOTALL)
_CODE = re.compile("_x([0-9A-Fa-f]{4})_")
_MERGED = re.compile(rb'<mergeCell\s[^>]*?ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')


@dataclass(frozen=True, slots=True)
class Block:
    """Rows one below the other: the line of the first, how many columns are left out before, equally long rows."""

    line: int
    left: int
    rows: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Merged:
    """A cell that stands in several rows: its column (from 0), first and last line."""

    column: int
    first: int
    last: int


@dataclass(slots=True)
class Sheet:
    """One visible sheet of a workbook. ``merged`` is complete when ``blocks`` has been read to its end."""

    name: str
    blocks: Callable[[], Iterator[Block]]
    merged: list[Merged] = field(default_factory=list)


def is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (ZIP, OLE)


@contextmanager
def opened(path: Path) -> Iterator["Workbook"]:
    """The workbook of a file. Raises Invalid for what is none, also while it is read, and TooLarge for too much."""
    with path.open("rb") as file:
        start = file.read(4)
    try:
        if start == OLE:
            yield Workbook.old(path)
            return
        with zipfile.ZipFile(path) as packed:
            yield Workbook.of(packed, path)
    except (CalamineError, zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError) as error:
        raise Invalid("这个文件已损坏，或不是 Excel 工作簿。请用表格程序打开，另存为 XLSX 后再试。") from error


@dataclass(frozen=True, slots=True)
class Workbook:
    """Its visible sheets in their order, and the strings they share."""

    sheets: list[Sheet]
    strings: Callable[[], Iterator[str]]

    @classmethod
    def old(cls, path: Path) -> "Workbook":
        """An XLS, or an XLSX behind a password, which lies in the same wrapping."""
        with path.open("rb") as file:
            if path.stat().st_size > WHOLE_AT_MOST:
                raise TooLarge("XLS 文件太大，请另存为 XLSX 或 CSV。")
            content = file.read()
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Invalid("这个文件设了打开密码，读不出来。请在表格程序里取消密码后再试。")
        return cls(_whole(CalamineWorkbook.from_filelike(io.BytesIO(content))), lambda: iter(()))

    @classmethod
    def of(cls, packed: zipfile.ZipFile, path: Path) -> "Workbook":
        sizes = {member.filename: member.file_size for member in packed.infolist()}
        if sum(sizes.values()) > UNPACKED_AT_MOST:
            raise TooLarge("这个工作簿解开后超过4GB，请分成几个文件。")
        parts = _Parts.read(packed)
        if parts is not None:
            return cls([parts.sheet(name, member) for name, member in parts.members.items()], parts.strings)
        if sum(sizes.values()) > WHOLE_AT_MOST:
            raise TooLarge("这个工作簿不是通常的写法，又太大，请用表格程序另存为 XLSX 或 CSV。")
        return cls(_whole(CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))), lambda: iter(()))


def string_number(value: Any) -> int | None:
    """Which of the shared strings a value stands for; None for a value that is one itself."""
    return int(value[len(MARK) :]) if type(value) is str and value.startswith(MARK) else None


def _whole(book: CalamineWorkbook) -> list[Sheet]:
    def sheet(name: str) -> Sheet:
        found = book.get_sheet_by_name(name)
        return Sheet(name, lambda: _block(found, 0), _merged_of(found.merged_cell_ranges or []))

    return [sheet(name) for name in _visible(book)]


def _visible(book: CalamineWorkbook) -> list[str]:
    return [
        one.name
        for one in book.sheets_metadata
        if one.visible == SheetVisibleEnum.Visible and one.typ == SheetTypeEnum.WorkSheet
    ]


def _merged_of(ranges: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> list[Merged]:
    return [Merged(left, top + 1, bottom + 1) for (top, left), (bottom, _) in ranges if bottom > top]


def _block(sheet: Any, above: int) -> Iterator[Block]:
    """What calamine has read, if it is anything; ``above`` lines lie above those it knows of."""
    if sheet.start is not None:
        top, left = sheet.start
        yield Block(above + top + 1, left, sheet.to_python(skip_empty_area=True))


@dataclass(frozen=True, slots=True)
class _Parts:
    """An open XLSX: where its sheets lie, and the small parts every piece needs."""

    packed: zipfile.ZipFile
    members: dict[str, str]  # name of a visible sheet -> member
    frame: dict[str, bytes]
    shared: str | None

    @classmethod
    def read(cls, packed: zipfile.ZipFile) -> "_Parts | None":
        """None if the workbook is not laid out as usual."""
        names = set(packed.namelist())
        if not set(_FRAME) <= names:
            return None
        small = [name for name in (*_FRAME, "xl/styles.xml") if name in names]
        if sum(packed.getinfo(name).file_size for name in small) > _FRAME_AT_MOST:
            raise TooLarge("这个工作簿的样式太多，读不下；请把内容复制到新的工作簿后再试。")
        frame = {name: packed.read(name) for name in small}
        target = {}
        for tag in _RELATION.findall(frame[_RELATIONS]):
            said = dict(_ATTRIBUTE.findall(tag))
            target[said.get(b"Id")] = _member(said.get(b"Target", b"").decode())
        members = {}
        for tag in _SHEET.findall(frame[_BOOK]):
            said = dict(_ATTRIBUTE.findall(tag))
            member = target.get(said.get(b"r:id"), "")
            if member not in names:
                return None
            if said.get(b"state", b"visible") == b"visible" and "/worksheets/" in member:
                members[html.unescape(said.get(b"name", b"").decode())] = member
        shared = next((name for name in target.values() if name.endswith("sharedStrings.xml") and name in names), None)
        return cls(packed, members, frame, shared) if members else None

    def sheet(self, name: str, member: str) -> Sheet:
        merged: list[Merged] = []
        return Sheet(name, lambda: self._blocks(name, member, merged), merged)

    def _blocks(self, name: str, member: str, merged: list[Merged]) -> Iterator[Block]:
        merged.clear()
        above = 0
        with self.packed.open(member) as file:
            xml = _Xml(file)
            for rows in xml.pieces():
                _check_extent(name, rows)
                piece = self._small(member, xml.head + rows + _END).get_sheet_by_name(name)
                yield from _block(piece, 0 if b' r="' in rows[:2000] else above)
                above += len(_ROW.findall(rows))
            merged += _merges(xml.tail())

    def _small(self, member: str, content: bytes) -> CalamineWorkbook:
        content = content.replace(b't="s"><v>', b't="str"><v>' + MARK.encode())
        if b't="s"' in content:
            content = _STRING.sub(rb't="str"\1><v>' + MARK.encode(), content)
        block = io.BytesIO()
        with zipfile.ZipFile(block, "w") as small:
            for name, given in self.frame.items():
                small.writestr(name, given)
            small.writestr(member, content)
        block.seek(0)
        return CalamineWorkbook.from_filelike(block)

    def strings(self) -> Iterator[str]:
        """The shared strings in their order."""
        if self.shared is None:
            return
        with self.packed.open(self.shared) as file:
            rest = b""
            while block := file.read(_PIECE):
                rest += block
                end = max(rest.rfind(b"</si>") + 5, rest.rfind(b"<si/>") + 5)
                if end > 4:
                    yield from _items(rest[:end])
                    rest = rest[end:]
                elif len(rest) > WHOLE_AT_MOST:
                    raise ValueError("a string does not end")


class _Xml:
    """The XML of a sheet, read from its start to its end: what stands before the rows, the rows, what stands behind."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._rest = b""
        while b"<sheetData" not in self._rest and len(self._rest) < _HEAD_AT_MOST:
            block = file.read(64 * 1024)
            if not block:
                break
            self._rest += block
        before, found, self._rest = self._rest.partition(b"<sheetData")
        if not found:
            raise ValueError("no rows in the usual form")
        opening, _, self._rest = self._rest.partition(b">")
        self.head = before + b"<sheetData>"
        self._empty = opening.endswith(b"/")

    def pieces(self) -> Iterator[bytes]:
        """Whole rows, some megabytes at a time."""
        while not self._empty:
            end = self._rest.find(b"</sheetData>")
            if end >= 0:
                rows, self._rest = self._rest[:end], self._rest[end:]
                if rows:
                    yield rows
                return
            end = self._rest.rfind(b"</row>") + 6
            if end > 6 and len(self._rest) > _PIECE:
                rows, self._rest = self._rest[:end], self._rest[end:]
                yield rows
            block = self._file.read(1024 * 1024)
            if not block or len(self._rest) > WHOLE_AT_MOST:
                raise ValueError("the rows do not end")
            self._rest += block

    def tail(self) -> bytes:
        while len(self._rest) < WHOLE_AT_MOST and (block := self._file.read(_PIECE)):
            self._rest += block
        return self._rest


def _member(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _check_extent(name: str, rows: bytes) -> None:
    """Raise Invalid for a lonely cell far away: all between here and there would be held in memory."""
    if _FAR.search(rows):
        raise Invalid(f"“{name}”右边很远处还有内容（超过702列）。请删去多余的列，另存后再试。")
    numbers = [int(number) for number in _ROW_NUMBER.findall(rows)]
    if numbers and max(numbers) - min(numbers) > len(numbers) + _GAP_AT_MOST:
        raise Invalid(f"“{name}”下面很远处还有内容（第{max(numbers)}行）。请删去多余的行，另存后再试。")


def _merges(tail: bytes) -> list[Merged]:
    return [
        Merged(_column(left), int(top), int(bottom))
        for left, top, _, bottom in _MERGED.findall(tail)
        if int(bottom) > int(top)
    ]


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number - 1


def _items(block: bytes) -> Iterator[str]:
    plain = _PLAIN.findall(block)
    if len(plain) == block.count(b"</si>") + block.count(b"<si/>"):
        texts = b"\0".join(plain).decode().split("\0")
    else:
        texts = [b"".join(_TEXT.findall(_PHONETIC.sub(b"", item))).decode() for item in _ITEM.findall(block)]
    yield from map(_unescaped, texts) if b"&" in block or b"_x" in block else texts


def _unescaped(text: str) -> str:
    return _CODE.sub(lambda code: chr(int(code[1], 16)), html.unescape(text))
