"""Addresses from the book to the door: entered, printed, scanned, taken back; and the neighbour who looks after one."""

import io
import re

import pymupdf
import pytest
import segno
from django.utils import timezone
from PIL import Image

from jishi.addresses import actions
from jishi.addresses.models import Address
from jishi.addresses.rules.codes import ALPHABET, written
from jishi.addresses.rules.levels import Level
from jishi.matters.models import Matter
from tests.addresses.street import add
from tests.journeys.visitor import HERE

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WORDS = "3栋楼道的灯不亮，老人上楼看不清。"


def enters(page, level: str, name: str, **point: float):
    """One more address on the page that is open."""
    page.presses("登记").comes_to("/addresses/new/").chooses("层级", level).writes("名称", name)
    for label, axis in (("经度", "longitude"), ("纬度", "latitude")):
        if axis in point:
            page.writes(label, str(point[axis]))
    return page.presses("登记", within="main form").sees("已登记", name)


def scanned(sheet: bytes, place: int, addresses: list[str]) -> str:
    """Which of these web addresses the picture on a plate of the sheet is the QR code of, module by module."""
    with pymupdf.open(stream=sheet, filetype="pdf") as pdf:
        drawn = Image.open(io.BytesIO(pdf.extract_image(pdf[0].get_images()[place][0])["image"])).convert("1")
    for each in addresses:
        wanted = [[bool(module) for module in row] for row in segno.make(each, error="m").matrix_iter(border=2)]
        side = drawn.width // len(wanted)
        middles = [n * side + side // 2 for n in range(len(wanted))]
        if [[not drawn.getpixel((x, y)) for x in middles] for y in middles] == wanted:
            return each
    raise AssertionError("the picture is the code of none of them")


def is_told(page, path: str, status: int):
    """Opens a page that refuses, which is no trouble here."""
    return forgives(page.opens(path), status)


def forgives(page, status: int):
    """What was just answered with this status was meant to be."""
    refused = [each for each in page.trouble if str(status) in each]
    assert refused
    page.trouble[:] = [each for each in page.trouble if each not in refused]
    return page


@pytest.mark.capability("C05", "C33")
def test_a_building_is_entered_its_plate_printed_and_a_resident_who_scans_it_reports_there(visitor, county):
    page = visitor("zhao").opens(f"/addresses/?unit={county.community.pk}")
    enters(page, "路", "西门路")
    enters(page, "门牌", "6号", **HERE)
    enters(page, "楼栋", "3栋", **HERE).reaches_everything_by_tab()
    building = Address.objects.get(name="3栋")
    page.sees("石峰区响石岭街道响石社区西门路6号3栋", written(building.code))

    page.opens(f"/addresses/{building.parent_id}/")
    link = page.tab.get_by_role("link", name=re.compile("打印门牌")).get_attribute("href")
    sheet = page.context.request.get(link).body()
    at = {row.code: f"{page.home}/d/{row.code}/" for row in Address.objects.filter(code__isnull=False)}
    assert scanned(sheet, 0, list(at.values())) == at[building.parent.code]
    scan = scanned(sheet, 1, list(at.values()))
    assert scan == at[building.code]

    resident = visitor(phone=True).opens(scan.removeprefix(page.home)).comes_to("/report/")
    resident.sees("地点已按门牌填好", "西门路6号3栋")
    assert resident.tab.get_by_label("具体地点").input_value() == "西门路6号3栋"
    assert resident.tab.locator("#id_unit option:checked").inner_text() == "响石社区"
    resident.writes("是什么事", WORDS).presses("提交").comes_to("/receipt/SF")
    matter = Matter.objects.get()
    assert (matter.door_code, matter.place) == (building.code, "西门路6号3栋")
    assert matter.unit_id == building.unit_id
    assert (matter.longitude, matter.latitude) == (HERE["longitude"], HERE["latitude"])

    worker = visitor("zhou").opens(scan.removeprefix(page.home)).comes_to(f"/addresses/{building.pk}/")
    worker.sees("扫这块门牌反映的事项", matter.number)


@pytest.mark.capability("C05", "C33", "K29-B4")
def test_the_plate_of_a_house_that_is_gone_says_so_and_she_reports_all_the_same(visitor, county):
    house = add(Level.DOOR, "8号", unit_id=county.grid.pk, **HERE)
    page = visitor("zhao").opens(f"/addresses/{house.id}/")
    page.presses("注销").writes("注销原因", "房屋已拆除").presses("确定注销", within="dialog").sees("已注销")

    resident = is_told(visitor(phone=True), f"/d/{house.code}/", 410).sees("已经注销")
    resident.presses("我要反映").comes_to("/report/").does_not_see("地点已按门牌填好")
    resident.writes("是什么事", WORDS).writes("具体地点", "原8号那块空地").presses("提交").comes_to("/receipt/SF")
    assert Matter.objects.get().door_code is None


@pytest.mark.capability("C05", "C33")
def test_a_code_with_one_wrong_character_is_refused_in_words(visitor, county):
    code = add(Level.DOOR, "8号", unit_id=county.grid.pk, **HERE).code
    for place in (0, 7):
        other = next(each for each in ALPHABET if each != code[place])
        wrong = code[:place] + other + code[place + 1 :]
        page = is_told(visitor(phone=True), f"/d/{wrong}/", 422).sees("有一位不对或两位写反了")
        page.presses("我要反映").comes_to("/report/")
    page.opens(f"/d/{written(code).lower()}/").comes_to("/report/").sees("地点已按门牌填好")


@pytest.mark.capability("C04", "C92")
def test_the_grid_worker_enters_who_looks_after_a_building_and_the_map_names_her_to_few(visitor, county):
    building = add(Level.BUILDING, "3栋", unit_id=county.grid.pk, **HERE)
    page = visitor("li").opens(f"/addresses/{building.id}/").unfolds("登记任职")
    page.chooses("担任岗位", "红管家").writes("姓名", "孔大妈").writes("电话", "0000-3301")
    page.presses("登记", within="form[action*=posts]").sees("要先征得本人同意")
    forgives(page, 422)
    page.ticks("本人知道并同意").presses("登记", within="form[action*=posts]").sees("岗位已登记", "孔大妈")
    page.opens(f"/map/buildings/{building.id}/").sees("红管家", "孔大妈", "0000-3301", "网格员", "小李")

    page = visitor("wang").opens(f"/map/buildings/{building.id}/").sees("红管家", "已有人担任")
    page.does_not_see("孔大妈", "0000-3301")


@pytest.mark.capability("C05")
def test_a_resident_finds_the_door_by_the_first_letters_of_its_name(visitor, county):
    road = add(Level.ROAD, "西门路", unit_id=county.community.pk)
    door = add(Level.DOOR, "6号", road, unit_id=county.grid.pk, **HERE)
    now = timezone.now()
    actions.change(address_id=road.id, name="解放路", by=county.zhao, now=now)
    page = visitor(phone=True).opens("/report/").presses("按小区、门牌查找地点").comes_to("/doors/")
    page.tab.get_by_role("searchbox").press_sequentially("xml6")
    page.presses("解放路6号").comes_to("/report/").sees("地点已按门牌填好")
    assert page.tab.locator("[name=door]").input_value() == door.code
