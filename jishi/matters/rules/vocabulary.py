"""The small closed lists matters speak in: channels, grades, reply kinds, approvals."""

from enum import StrEnum


class Channel(StrEnum):
    """How a matter reached us. Every channel gives the same receipt."""

    RESIDENT = "resident"
    GRID = "grid"
    QUICK = "quick"
    VISIT = "visit"
    MEETING = "meeting"
    DESK = "desk"
    PHONE = "phone"
    PAPER = "paper"
    IMPORT = "import"
    API = "api"
    OPEN311 = "open311"

    @property
    def label(self) -> str:
        return {
            "resident": "居民上报",
            "grid": "网格员上报",
            "quick": "随手拍",
            "visit": "走访",
            "meeting": "议事会",
            "desk": "窗口",
            "phone": "电话",
            "paper": "书面来信",
            "import": "批量导入",
            "api": "系统对接",
            "open311": "Open311",
        }[self.value]


class Grade(StrEnum):
    """微事 小事 大事 难事 — in rising order."""

    TINY = "tiny"
    SMALL = "small"
    BIG = "big"
    HARD = "hard"

    @property
    def label(self) -> str:
        return {"tiny": "微事", "small": "小事", "big": "大事", "hard": "难事"}[self.value]

    @property
    def rank(self) -> int:
        return list(Grade).index(self)


class ReplyKind(StrEnum):
    """What a closing answer says. «已转办» is not an answer and does not exist here."""

    DONE = "done"
    EXPLAINED = "explained"
    LEGAL_CHANNEL = "legal_channel"
    CANNOT = "cannot"

    @property
    def label(self) -> str:
        return {
            "done": "已办理",
            "explained": "解释说明",
            "legal_channel": "转法定渠道",
            "cannot": "无法办理（附依据）",
        }[self.value]


class PartRole(StrEnum):
    LEAD = "lead"
    HELPER = "helper"

    @property
    def label(self) -> str:
        return {"lead": "主办", "helper": "协办"}[self.value]


class RequestKind(StrEnum):
    """What needs somebody else's yes."""

    EXTENSION = "extension"
    ABNORMAL = "abnormal"
    REOPENING = "reopening"

    @property
    def label(self) -> str:
        return {"extension": "延期", "abnormal": "非正常结案", "reopening": "重新办理"}[self.value]


class PhotoKind(StrEnum):
    REPORT = "report"
    HANDLED = "handled"
    VERIFIED = "verified"

    @property
    def label(self) -> str:
        return {"report": "上报", "handled": "处置", "verified": "核实"}[self.value]
