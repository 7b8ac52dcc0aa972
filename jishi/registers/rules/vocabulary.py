"""The words of the registers: kinds and codes after GB/T 31000, GB/T 4761 (relations) and GB/T 2261.1 (sex).

Only what the work needs. Creed, ethnicity, political status, judgements of a person and lists of kinds of people have
no word here and no column anywhere.
"""

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """A word with the Chinese it is shown by. Words of two kinds may have the same value, so each carries its own."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.label = label
        return word

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(word.value, word.label) for word in cls]


class RecordKind(Word):
    """What a register keeps records of."""

    RESIDENT = "resident", "人"
    HOUSEHOLD = "household", "户"
    DWELLING = "dwelling", "房"
    PREMISES = "premises", "单位场所"


class Sex(Word):
    """The values are the codes of GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"


class DocumentKind(Word):
    """The values are the codes of GA/T 517; not everybody has a citizen number."""

    CITIZEN = "111", "居民身份证"
    HOUSEHOLD_BOOK = "113", "户口簿"
    BIRTH = "117", "出生医学证明"
    PASSPORT = "414", "护照"
    TAIWAN = "511", "台湾居民来往大陆通行证"
    HONG_KONG_MACAO = "516", "港澳居民来往内地通行证"
    FOREIGN_RESIDENT = "553", "外国人永久居留身份证"
    OTHER = "990", "其他证件"


class Relation(Word):
    """To the head of the household; the order is that of GB/T 4761, whose first digits are in GB4761."""

    HEAD = "head", "户主"
    SPOUSE = "spouse", "配偶"
    SON = "son", "子"
    DAUGHTER = "daughter", "女"
    GRANDCHILD = "grandchild", "孙辈"
    PARENT = "parent", "父母"
    GRANDPARENT = "grandparent", "祖父母"
    SIBLING = "sibling", "兄弟姐妹"
    RELATIVE = "relative", "其他亲属"
    OTHER = "other", "非亲属"


GB4761 = {
    "0": Relation.HEAD,
    "1": Relation.SPOUSE,
    "2": Relation.SON,
    "3": Relation.DAUGHTER,
    "4": Relation.GRANDCHILD,
    "5": Relation.PARENT,
    "6": Relation.GRANDPARENT,
    "7": Relation.SIBLING,
    "8": Relation.RELATIVE,
    "9": Relation.OTHER,
}


class StayKind(Word):
    """How a person belongs to a dwelling. 人户分离 is a registered relation to one and a living one to another."""

    REGISTERED = "registered", "户籍"
    USUAL = "usual", "常住"
    RENTED = "rented", "租住"
    LODGING = "lodging", "借住"
    DORMITORY = "dormitory", "集体宿舍"


LIVING = frozenset({StayKind.USUAL, StayKind.RENTED, StayKind.LODGING, StayKind.DORMITORY})


class HouseholdKind(Word):
    FAMILY = "family", "家庭户"
    COLLECTIVE = "collective", "集体户"


class BuildingUse(Word):
    """建筑用途."""

    HOME = "home", "住宅"
    SHOP_HOME = "shop_home", "商住两用"
    DORMITORY = "dormitory", "集体宿舍"
    BUSINESS = "business", "经营办公"
    OTHER = "other", "其他"


class PremisesKind(Word):
    COMPANY = "company", "企业"
    SHOP = "shop", "个体工商户"
    SOCIAL = "social", "社会组织"
    PUBLIC = "public", "机关事业单位"
    OTHER = "other", "其他"


class Source(Word):
    """Where a value comes from."""

    DOOR = "door", "上门采集"
    SELF = "self", "本人申报"
    DOCUMENT = "document", "查看证件"
    POLICE = "police", "公安户籍"
    CIVIL = "civil", "民政"
    HOUSING = "housing", "住房城建"
    MARKET = "market", "市场监管"
    IMPORT = "import", "批量导入"


class Sensitivity(Word):
    """How closely a field is kept."""

    PLAIN = "plain", "一般信息"
    PERSONAL = "personal", "个人信息"
    GUARDED = "guarded", "号码，只显示头尾"  # whole only for a purpose that is named and recorded


class EndReason(Word):
    """Why a record is no longer kept."""

    MOVED = "moved", "迁走"
    DECEASED = "deceased", "去世"
    DISSOLVED = "dissolved", "户已撤并"
    DEMOLISHED = "demolished", "房屋拆除"
    CLOSED = "closed", "歇业注销"
    MISTAKEN = "mistaken", "登记有误"


class Purpose(Word):
    """Why somebody looks at a document number or a telephone number."""

    VISIT = "visit", "上门走访"
    MATTER = "matter", "办理事项"
    VERIFY = "verify", "核实登记信息"
    EMERGENCY = "emergency", "紧急联系"
