"""Drawing the sheets of door plates."""

from collections.abc import Sequence
from io import BytesIO

import pymupdf
import segno

from jishi.addresses.rules.codes import written
from jishi.addresses.rules.plates import A_SHEET, COLUMNS, ROWS, Plate

# Points, 72 to the inch: A4.
PAGE = (595.0, 842.0)
_MARGIN, _GAP = 28.0, 12.0
_WIDE = (PAGE[0] - 2 * _MARGIN - _GAP * (COLUMNS - 1)) / COLUMNS
_HIGH = (PAGE[1] - 2 * _MARGIN - _GAP * (ROWS - 1)) / ROWS
_PADDING = 10.0
_QR = _HIGH - 2 * _PADDING - 16.0
_BLUE = (0.05, 0.27, 0.55)
_GREY = (0.35, 0.35, 0.35)


def drawn(plates: Sequence[Plate], *, site: str, county: str) -> bytes:
    """The sheets, with every character that is used in the file."""
    font = pymupdf.Font("cjk")
    with pymupdf.open() as document:
        for start in range(0, max(len(plates), 1), A_SHEET):
            page = document.new_page(width=PAGE[0], height=PAGE[1])
            for place, plate in enumerate(plates[start : start + A_SHEET]):
                _draw(page, _box(place), plate, font, site, county)
        document.set_metadata({"title": f"{county}门牌", "producer": "", "creator": ""})
        document.subset_fonts()
        # Without a new identity each time the same plates give the same bytes.
        written_out: bytes = document.tobytes(deflate=True, garbage=4, no_new_id=True)
    return written_out


def _box(place: int) -> pymupdf.Rect:
    row, column = divmod(place, COLUMNS)
    left = _MARGIN + column * (_WIDE + _GAP)
    top = _MARGIN + row * (_HIGH + _GAP)
    return pymupdf.Rect(left, top, left + _WIDE, top + _HIGH)


def _draw(page: pymupdf.Page, box: pymupdf.Rect, plate: Plate, font: pymupdf.Font, site: str, county: str) -> None:
    page.draw_rect(box, color=_BLUE, width=1.2, radius=0.05)
    corner = pymupdf.Point(box.x0 + _PADDING, box.y0 + _PADDING)
    _draw_qr(page, corner, f"{site}/d/{plate.code}/")
    left, right = corner.x + _QR + _PADDING, box.x1 - _PADDING
    lines = (
        (plate.above or county, 11.0, _GREY, box.y0 + 26),
        (plate.name, 26.0, _BLUE, box.y0 + 62),
        (plate.community, 10.0, _GREY, box.y0 + 84),
        (written(plate.code), 14.0, (0, 0, 0), box.y0 + 112),
    )
    for text, size, color, base in lines:
        _write(page, font, text, (left, base), size, color, right - left)
    said = f"扫一扫，向{county}反映这里的问题"
    _write(page, font, said, (corner.x, box.y1 - _PADDING), 9.0, _GREY, right - corner.x)


def _write(
    page: pymupdf.Page,
    font: pymupdf.Font,
    text: str,
    at: tuple[float, float],
    size: float,
    color: tuple[float, float, float],
    wide: float,
) -> None:
    """One line, smaller if it would not fit."""
    size = min(size, size * wide / max(font.text_length(text, size), 1.0))
    writer = pymupdf.TextWriter(page.rect, color=color)
    writer.append(pymupdf.Point(*at), text, font=font, fontsize=size)
    writer.write_text(page)


def _draw_qr(page: pymupdf.Page, corner: pymupdf.Point, content: str) -> None:
    """Level M still reads with a seventh of it dirty. Ten dots a module leave no blurred edge at any size of print."""
    image = BytesIO()
    segno.make(content, error="m", micro=False).save(image, kind="png", scale=10, border=2)
    page.insert_image(pymupdf.Rect(corner.x, corner.y, corner.x + _QR, corner.y + _QR), stream=image.getvalue())
