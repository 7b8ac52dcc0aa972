"""Names and telephone numbers of people who do not exist.

Every name is a surname and two characters of the lists below, put together at random: nobody's name is looked up
anywhere. A telephone number begins with 000, where no Chinese number can begin: 0 leads to the long-distance codes and
00 out of the country, and no country code begins with 0.
"""

from random import Random

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
