"""The words an order and a service are described with."""

from enum import StrEnum


class OrderChannel(StrEnum):
    """How an order was placed; at the desk and by phone somebody at work writes it down for the resident."""

    PAGE = "page"
    DESK = "desk"
    PHONE = "phone"

    @property
    def label(self) -> str:
        return {"page": "居民点单", "desk": "窗口代点", "phone": "电话代点"}[self.value]


class ServiceKind(StrEnum):
    ERRAND = "errand"
    DOORSTEP = "doorstep"
    CONVENIENCE = "convenience"

    @property
    def label(self) -> str:
        return {"errand": "重要事项代办", "doorstep": "困难帮扶上门", "convenience": "便民事项预约"}[self.value]


class DayPart(StrEnum):
    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"

    @property
    def label(self) -> str:
        return {"any": "全天都可以", "morning": "上午", "afternoon": "下午"}[self.value]
