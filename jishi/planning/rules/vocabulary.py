"""The words of a plan for the grids of a community."""

from enum import StrEnum


class Mode(StrEnum):
    """What is asked for."""

    REBALANCE = "rebalance"
    DRAW = "draw"
    KEEP = "keep"

    @property
    def label(self) -> str:
        return {"rebalance": "在现有网格上调整", "draw": "重新划分", "keep": "维持现状"}[self.value]

    @property
    def says(self) -> str:
        """For whoever chooses."""
        return {
            "rebalance": "换网格员的住户尽量少",
            "draw": "不看现有网格，按小区和道路划得最整齐",
            "keep": "网格不变，逐格核对，超出标准的说明理由",
        }[self.value]

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in cls]


class State(StrEnum):
    ASKED = "asked"
    READY = "ready"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return {
            "asked": "正在计算",
            "ready": "待批准",
            "approved": "已批准",
            "withdrawn": "已撤回",
            "failed": "未能算出",
        }[self.value]

    @property
    def is_open(self) -> bool:
        """Somebody may still do something about it."""
        return self in (State.ASKED, State.READY)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        return [(one.value, one.label) for one in cls]
