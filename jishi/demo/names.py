"""Names and telephone numbers of people who do not exist.

Every name is a surname and two characters of the lists below, put together at random: nobody's name is looked up
anywhere. A telephone number begins with 000, where no Chinese number can begin: 0 leads to the long-distance codes and
00 out of the country, and no country code begins with 0.

A citizen number begins with 000000: divisions begin with 11, Beijing. A credit code begins with 00: no registering
authority has a 0. Their check characters are right, as whatever is entered is checked.
"""

import datetime as dt
from random import Random

from jishi.kernel.citizen_numbers import citizen_check
from jishi.kernel.credit_codes import credit_check

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于叶"
FIRST = "云溪松禾竹星月晨秋春雪霁清和安宁景思嘉文远言书若知"
SECOND = "舟亭桥川禾岚屿帆原野晴朗澄泽澜笙然可衡行之遥初辰"
RESIDENTS = ("先生", "女士", "师傅", "阿姨", "大爷")


def person_name(chance: Random) -> str:
    """A full name of three characters."""
    return chance.choice(SURNAMES) + chance.choice(FIRST) + chance.choice(SECOND)


def resident_name(chance: Random) -> str:
    """How residents give their name at a desk: surname and form of address."""
    return chance.choice(SURNAMES) + chance.choice(RESIDENTS)


def phone(chance: Random) -> str:
    """A number of the usual length that cannot be dialled."""
    return f"000{chance.randrange(10**8):08d}"


def citizen_number(chance: Random, born: dt.date, *, male: bool) -> str:
    """A number that holds together and belongs to nobody."""
    first = f"000000{born:%Y%m%d}{chance.randrange(500) * 2 + male:03d}"
    return first + citizen_check(first)


def credit_code(chance: Random) -> str:
    """A code of an organisation that holds together and belongs to none."""
    first = f"00000000{chance.randrange(10**9):09d}"
    return first + credit_check(first)
