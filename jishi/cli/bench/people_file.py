"""Files of people such as a county gets from another office: 30 columns, made for a measurement.

Names, numbers and phones are invented; the division 000000 in front of the citizen numbers exists nowhere.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from jishi.kernel.citizen_numbers import citizen_check

COLUMNS = (
    "序号", "户编号", "户号", "户类型", "与户主关系", "姓名", "曾用名", "性别", "出生日期", "证件类型",
    "证件号码", "联系电话", "备用电话", "户籍地详址", "居住类型", "门牌", "建筑用途", "建筑面积", "出租", "房主姓名",
    "房主电话", "网格编码", "核实日期", "登记机关", "经办人", "变动情况", "服务处所", "登记批次", "档案号", "备注",
)  # fmt: skip
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华玉梅建国红文辉力峰春燕玲飞雪婷宇浩然子轩梓涵欣怡佳琪"
_RELATIONS = ("户主", "配偶", "子", "女", "父母")
BAD_EVERY = 100  # every hundredth row has a citizen number with a wrong digit

Row = list[str]


def people(count: int, grids: Sequence[str], *, seed: int) -> Iterator[Row]:
    """Rows of ``COLUMNS``: households of one to five, one after the other through the grids."""
    random_ = random.Random(seed)
    made = household = 0
    while made < count:
        household += 1
        size = min(random_.choice((1, 2, 2, 3, 3, 3, 4, 5)), count - made)
        grid = grids[household % len(grids)]
        surname = random_.choice(_SURNAMES)
        door = f"{household // 480 + 1}栋{household // 24 % 20 // 5 + 1}单元{household % 24 + 1}0{household % 4 + 1}"
        for place in range(size):
            made += 1
            yield _person(random_, made, household, place, size, surname, grid, door)


def _person(
    random_: random.Random, number: int, household: int, place: int, size: int, surname: str, grid: str, door: str
) -> Row:
    year = 1940 + random_.randrange(80)
    born = f"{year}-{random_.randrange(1, 13):02d}-{random_.randrange(1, 29):02d}"
    woman = place == 1 or (place > 1 and random_.random() < 0.5)
    name = surname + "".join(random_.choices(_GIVEN, k=random_.choice((1, 2, 2, 2))))
    first = f"{number // 500 % 10**6:06d}{born.replace('-', '')}{number % 500 * 2 + (not woman):03d}"
    document = first + citizen_check(first)
    if number % BAD_EVERY == 0:
        document = document[:-1] + ("0" if document[-1] != "0" else "1")
    phone = f"1{random_.randrange(3, 10)}{random_.randrange(10**9):09d}"
    return [
        str(number), f"HB{household:08d}", f"{household:09d}"[-9:], "家庭户", _RELATIONS[place],
        name, "", "女" if woman else "男", born, "居民身份证", document, phone, "", "湖南省某市某县某镇",
        "户籍、常住" if random_.random() < 0.7 else "常住", door, "住宅", f"{60 + household % 90}.50",
        "是" if household % 7 == 0 else "否", surname + "大明", f"13{household % 10**9:09d}", grid, "2026-06-30",
        "某某派出所", "经办员", "无", "", "2026年第3批", f"D{number:010d}", "",
    ]  # fmt: skip


def write_csv(path: Path, count: int, grids: Sequence[str], *, seed: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(people(count, grids, seed=seed))


def write_xlsx(path: Path, count: int, grids: Sequence[str], *, seed: int) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, COLUMNS)
        for at, row in enumerate(people(count, grids, seed=seed), start=1):
            sheet.write_row(at, 0, row)
