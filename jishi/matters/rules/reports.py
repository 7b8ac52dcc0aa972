"""What may be reported: cleaned of what machines add, refused with a reason where it cannot be used."""

import re
import unicodedata
from dataclasses import replace

from jishi.kernel.errors import Invalid
from jishi.matters.rules.given import Report

MAX_TEXT = 20_000
MAX_TITLE = 120
MAX_PHOTOS = 6
TITLE_FROM_TEXT = 30
NEAR = 0.5  # degrees, some 50 km: what residents report lies in the county, or their phone was a little mistaken

# Everything a keyboard cannot have meant: control characters except tab and line break, and stray surrogates.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PHONE = re.compile(r"\+?[\d\-() ]{5,20}")


def clean_text(text: str) -> str:
    """Text without control characters, with plain line breaks and no blank edges; words are left as written."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNPRINTABLE.sub("", text).strip()


def title_of(text: str) -> str:
    """A title for a report that came without one: its first sentence, shortened."""
    first = re.split("[\n。!?;！？；]", text.strip(), maxsplit=1)[0].strip()
    first = re.sub(r"\s+", " ", first)
    return first if len(first) <= TITLE_FROM_TEXT else first[: TITLE_FROM_TEXT - 1] + "…"


def clean_report(report: Report) -> Report:
    """The report as it will be kept."""
    text = clean_text(report.text)
    title = re.sub(r"\s+", " ", clean_text(report.title)) or title_of(text)
    return replace(
        report,
        text=text,
        title=title,
        place=re.sub(r"\s+", " ", clean_text(report.place)),
        reporter_name=re.sub(r"\s+", " ", clean_text(report.reporter_name)),
        reporter_phone=unicodedata.normalize("NFKC", clean_text(report.reporter_phone)),
    )


def check_report(report: Report) -> None:
    """Raise ``Invalid`` with the field and the reason for the first thing that cannot be used."""
    if not report.text:
        raise Invalid("请说说是什么事", field="text")
    if len(report.text) > MAX_TEXT:
        raise Invalid(f"内容最多{MAX_TEXT}个字，现有{len(report.text)}个字", field="text")
    if len(report.title) > MAX_TITLE:
        raise Invalid(f"标题最多{MAX_TITLE}个字", field="title")
    if len(report.place) > 120:
        raise Invalid("地点最多120个字", field="place")
    if len(report.reporter_name) > 60:
        raise Invalid("姓名最多60个字", field="reporter_name")
    if report.reporter_phone and not _PHONE.fullmatch(report.reporter_phone):
        raise Invalid("电话号码只能有数字，如不便留可以空着", field="reporter_phone")
    if len(report.photos) > MAX_PHOTOS:
        raise Invalid(f"一次最多{MAX_PHOTOS}张照片", field="photos")
    _check_point(report)


def check_near(report: Report, box: tuple[float, float, float, float]) -> None:
    """Raise ``Invalid`` for a point far beyond the county, whose box is west, south, east, north in degrees."""
    if report.longitude is None or report.latitude is None:
        return
    west, south, east, north = box
    if not (west - NEAR <= report.longitude <= east + NEAR and south - NEAR <= report.latitude <= north + NEAR):
        raise Invalid("这个位置离本地太远，请核对经度和纬度，或重新点选", field="longitude")


def _check_point(report: Report) -> None:
    if (report.longitude is None) != (report.latitude is None):
        raise Invalid("位置要同时有经度和纬度", field="longitude")
    if report.longitude is not None and report.latitude is not None:
        inside = -180 <= report.longitude <= 180 and -90 <= report.latitude <= 90
        if not inside:
            raise Invalid("位置不在地球上，请重新点选", field="longitude")
