"""What msgspec says about a body that does not fit its shape, in Chinese and with the field it is about."""

import re

from jishi.kernel.errors import Invalid

KINDS = {
    "str": "文字",
    "int": "整数",
    "float": "数字",
    "bool": "true 或 false",
    "array": "列表",
    "object": "对象",
    "null": "空",
    "datetime": "时间",
    "date": "日期",
}
_PATH = re.compile(r" - at `(?P<path>[^`]*)`$")
_SAYINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Object missing required field `(?P<field>[^`]*)`"), "缺少必填的“{field}”"),
    (re.compile(r"Object contains unknown field `(?P<field>[^`]*)`"), "没有“{field}”这个字段，请核对写法"),
    (re.compile(r"Expected `(?:str|str \| null)` of length <= (?P<n>\d+)"), "最多{n}个字"),
    (re.compile(r"Expected `(?:str|str \| null)` of length >= (?P<n>\d+)"), "至少{n}个字"),
    (re.compile(r"Expected `array` of length <= (?P<n>\d+)"), "最多{n}项"),
    (re.compile(r"Expected `(?:int|float)` <= (?P<n>-?[\d.]+)"), "不能大于{n}"),
    (re.compile(r"Expected `(?:int|float)` >= (?P<n>-?[\d.]+)"), "不能小于{n}"),
    (re.compile(r"Expected `str` matching regex"), "格式不对"),
    (re.compile(r"Expected `datetime` with a timezone component"), "时间要写明时区，例如 2026-11-22T18:00:00+08:00"),
    (re.compile(r"Invalid RFC3339 encoded datetime"), "没有这个时间，请写成 2026-11-22T18:00:00+08:00"),
    (re.compile(r"Invalid RFC3339 encoded date"), "没有这个日期，请写成 2026-11-22"),
    (re.compile(r"Invalid enum value '?(?P<value>[^']{0,40})'?"), "没有“{value}”这个选项"),
    (re.compile(r"(?:Number|Integer|Timestamp) (?:is )?out of range"), "数值超出范围"),
)
_EXPECTED = re.compile(r"Expected `(?P<kinds>[^`]*)`")


def misfit(error: Exception) -> Invalid:
    """The 422 for a msgspec ValidationError."""
    text = str(error)
    at = _PATH.search(text)
    field = _field_of(at["path"]) if at else None
    text = text[: at.start()] if at else text
    for pattern, sentence in _SAYINGS:
        found = pattern.search(text)
        if found:
            named = found.groupdict()
            return Invalid(sentence.format(**named), field=named.get("field", field))
    expected = _EXPECTED.search(text)
    if expected:
        wanted = [KINDS.get(kind, kind) for kind in expected["kinds"].split(" | ") if kind != "null"]
        return Invalid(f"这里要{'或'.join(wanted)}", field=field)
    return Invalid("内容不符合要求", field=field)


def _field_of(path: str) -> str:
    """``$.helper_ids[0]`` -> ``helper_ids``."""
    return re.sub(r"\[.*$", "", path.removeprefix("$").lstrip(".")) or "body"
