"""Sheets of plates: Chinese text with its font in the file, a QR code a machine reads back, ten plates a page."""

import io

import pymupdf
import pytest
import segno
from PIL import Image

from jishi.addresses.rules.codes import RANDOM_RANGE, make_code, written
from jishi.addresses.rules.plates import A_SHEET, Plate, plates_pdf

SITE = "https://shifeng.example"


def plates(count: int) -> list[Plate]:
    return [
        Plate("东门路", f"{n}号", "响石岭街道 响石社区", make_code(n * 16_807 % RANDOM_RANGE))
        for n in range(1, count + 1)
    ]


@pytest.mark.capability("C05")
def test_every_plate_is_on_the_sheets_with_its_name_and_code():
    made = plates(A_SHEET + 1)
    with pymupdf.open(stream=plates_pdf(made, site=SITE, county="石峰区"), filetype="pdf") as sheets:
        assert len(sheets) == 2
        assert (round(sheets[0].rect.width), round(sheets[0].rect.height)) == (595, 842)  # A4
        said = "".join(sheet.get_text() for sheet in sheets)
        assert all(sheet.get_fonts()[0][1] == "ttf" for sheet in sheets)  # in the file, not only named
    for plate in made:
        assert plate.name in said
        assert written(plate.code) in said
    assert "向石峰区反映这里的问题" in said


@pytest.mark.capability("C05")
def test_the_qr_code_holds_the_address_of_the_door():
    """The picture in the file is, module by module, the code of the door's own address."""
    plate = plates(1)[0]
    with pymupdf.open(stream=plates_pdf([plate], site=SITE, county="石峰区"), filetype="pdf") as sheets:
        picture = sheets.extract_image(sheets[0].get_images()[0][0])["image"]
    drawn = Image.open(io.BytesIO(picture)).convert("1")
    wanted = [list(row) for row in segno.make(f"{SITE}/d/{plate.code}/", error="m").matrix_iter(border=2)]
    side = drawn.width // len(wanted)
    found = [
        [not drawn.getpixel((x * side + side // 2, y * side + side // 2)) for x in range(len(wanted))]
        for y in range(len(wanted))
    ]
    assert found == [[bool(module) for module in row] for row in wanted]


def test_the_same_plates_give_the_same_bytes():
    once = plates_pdf(plates(3), site=SITE, county="石峰区")
    assert once == plates_pdf(plates(3), site=SITE, county="石峰区")


def test_a_long_name_stays_on_its_plate():
    long = Plate("东门路", "幸福里一期物业服务中心综合楼附属用房3栋", "响石岭街道 响石社区", make_code(5))
    with pymupdf.open(stream=plates_pdf([long], site=SITE, county="石峰区"), filetype="pdf") as sheets:
        ends = [block[2] for block in sheets[0].get_text("blocks")]
    assert max(ends) < 595 / 2
