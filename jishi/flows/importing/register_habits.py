"""How people fill in a sheet: 无 for nothing, a day in one of many spellings, a number turned into 1.0, a total below.

What is plainly meant is put into the form the rules read. What a program has destroyed is not guessed back: the reason
says what happened to it.
"""

import re
import unicodedata
from collections.abc import Callable

import polars as pl

from jishi.flows.importing.frames import TORN
from jishi.kernel.errors import Invalid

_NOTHING = (
    "无", "不详", "未知", "暂无", "没有", "空", "/", "\\", "-", "--", "—", "——", "N/A", "n/a", "NULL", "null", "None",
    "nan",
)  # fmt: skip
_MAY_LACK = (
    "document_number", "birth_date", "former_name", "phone", "second_phone", "registered_place", "book_number",
    "floor_area", "owner_name", "owner_phone", "verified_on", "household",
)  # fmt: skip
_DAYS = ("birth_date", "verified_on")
_COUNTED = ("document_number", "phone", "second_phone", "owner_phone", "book_number")  # digits that are no quantity
_TOTALS = tuple(blank.join(word) for word in ("合计", "小计", "总计", "共计") for blank in ("", " ", "　", "  "))
_CLOCK = r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?)?"
_DAY = re.compile(rf"([0-9]{{4}})\s*[年./-]\s*([0-9]{{1,2}})\s*[月./-]\s*([0-9]{{1,2}})\s*[日号]?{_CLOCK}", re.ASCII)
_SERIAL = r"[1-6][0-9]{4}(?:\.[0-9]+)?"


def as_meant(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of a file (text columns of meanings, ``line``, ``form``) as their writers meant them."""
    for name in [name for name in rows.columns if name in {*_MAY_LACK, *_DAYS, *_COUNTED}]:
        values = rows[name]
        if name in _MAY_LACK:
            values = pl.select(pl.when(~values.is_in(_NOTHING)).then(values)).to_series()
        if name in _COUNTED:
            values = _changed(values, r"^[0-9Xx]*$", _counted)
        if name in _DAYS:
            values = _changed(values, r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", _day)
        rows = rows.with_columns(values.alias(name))
    return _without_totals(rows)


def _changed(values: pl.Series, plain: str, change: Callable[[str], str]) -> pl.Series:
    """Each value that is not plain changed, however often it stands in the file, once."""
    odd = values.filter(~values.str.contains(plain)).unique().drop_nulls().to_list()
    changed = {text: change(text) for text in odd}
    return values.replace(list(changed), list(changed.values())) if changed else values


def _counted(text: str) -> str:
    return re.sub(r"^([0-9Xx]+)\.0+$", r"\1", text)


def _day(text: str) -> str:
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text))
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else text


def _without_totals(rows: pl.DataFrame) -> pl.DataFrame:
    """Sums below a list are told as such, and nothing else of them is looked at."""
    words = [name for name in rows.columns if name not in ("line", TORN)]
    totals = rows.select(pl.any_horizontal(pl.col(*words).is_in(_TOTALS)).fill_null(False)).to_series()
    if not totals.any():
        return rows
    told = pl.when(totals).then(pl.lit("这是合计行，不是一个人")).otherwise(pl.col(TORN)).alias(TORN)
    return rows.with_columns(told, *[pl.when(~totals).then(pl.col(name)).alias(name) for name in words])


def check_kept(meaning: str, text: str) -> None:
    """Raise Invalid for what a program for tables has made of a number or a day."""
    if meaning in _COUNTED and re.fullmatch(r"[0-9]\.?[0-9]*[Ee]\+?[0-9]{1,2}", text):
        raise Invalid("号码被表格程序写成了科学计数，末几位已丢失；请把这一列设为文本，从原件重新填写。")
    if meaning == "document_number" and re.fullmatch(r"[1-9][0-9]{14}000", text):
        raise Invalid("号码末三位是000，多半是表格程序当作数字存丢了；请把这一列设为文本，从原件重新填写。")
    if meaning in _DAYS and re.fullmatch(_SERIAL, text):
        raise Invalid("这是表格程序内部的日期序号；请把这一列设为日期格式，再另存。")
