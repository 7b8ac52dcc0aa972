"""The rules of the little county of the cast, and shortcuts through the life of a matter."""

import datetime as dt
from typing import Any

from jishi.duties import queries as duties
from jishi.duties.models import Category, Limit
from jishi.matters.actions.registration import register
from jishi.matters.actions.steps import StepTaken, take_step
from jishi.matters.models import Matter
from jishi.matters.rules.given import Given, PhotoFile, Receipt, Report
from jishi.matters.rules.vocabulary import Channel, ReplyKind
from jishi.organizations import queries as organizations
from jishi.territory import queries as territory
from jishi.territory.models import PlaceVersion
from tests.cast import NOW, SINCE, Cast

LEVELS = [
    {"key": "county", "name": "区", "kinds": ["区"], "functions": []},
    {"key": "town", "name": "镇街", "kinds": ["街道", "镇"], "functions": []},
    {"key": "community", "name": "社区", "kinds": ["社区", "村"], "functions": []},
    {"key": "grid", "name": "网格", "kinds": ["基础网格"], "functions": []},
]
CONTENT: dict[str, Any] = {
    "key": "shifeng",
    "name": "石峰区",
    "county_code": "430204000000",
    "number_prefix": "SF",
    "center": [113.12, 27.87],
    "ladder": {"levels": LEVELS, "members": "居民"},
    "levels": [{"depth": depth, **level} for depth, level in enumerate(LEVELS)],
    "work_hours": [["08:30", "12:00"], ["14:00", "17:30"]],
    "grades": [
        {"key": "tiny", "depths": [2, 3], "sentence": "邻里互助可解决", "words": ["借个梯子"]},
        {"key": "small", "depths": [0, 1, 2], "sentence": "社区或部门可解决", "words": []},
        {"key": "big", "depths": [0, 1], "sentence": "需镇街统筹", "words": []},
        {"key": "hard", "depths": [0], "sentence": "需区级协调", "words": ["历史遗留"]},
    ],
    "matters": {
        "return_grounds": [{"key": "not_ours", "text": "不属于本单位职责"}],
        "pause": {"reasons": [{"key": "season", "text": "季节原因"}], "max_working_days": 30},
        "extension": {"max_times": 1, "max_working_days": 5},
        "reopen_days": 15,
        "escalation": {"repeat_working_hours": 7, "max_level": 3},
        "hazard_words": ["燃气泄漏"],
    },
}
LIMITS = {"dispatch": 2, "sign": 4, "handle": 14, "verify": 7, "close": 4, "overall": 35}
PHOTO = PhotoFile("ab" * 32, b"\xff\xd8\xff\xd9", 4, 3)


def lay_down(cast: Cast) -> None:
    cast.everybody()
    PlaceVersion.objects.create(
        key="shifeng", name="石峰区", county_code="430204000000", content=CONTENT, digest="1" * 64, at=NOW, by="小赵"
    )
    for clock, amount in LIMITS.items():
        Limit.objects.create(clock=clock, amount=amount, measure="working_hour", valid_from=SINCE)
        Limit.objects.create(clock=clock, urgent=True, amount=amount, measure="running_hour", valid_from=SINCE)
    Limit.objects.create(clock="overall", grade="big", amount=70, measure="working_hour", valid_from=SINCE)
    Category.objects.create(code="01", name="市容环境", grade="small", valid_from=SINCE)
    Category.objects.create(code="0101", name="路灯", grade="small", words=["路灯"], valid_from=SINCE)
    forget()


def forget() -> None:
    for room in (territory, organizations, duties):
        room.forget_cache()


def report(cast: Cast, **more: Any) -> Receipt:
    """A resident says that the lamp at her door is broken."""
    values = {"channel": Channel.RESIDENT, "text": "3栋门口的路灯不亮,晚上看不见路。", "unit_id": cast.grid.pk}
    now = more.pop("now", NOW)
    by = more.pop("by", None)
    return register(report=Report(**(values | more)), by=by, now=now)


REPLY = {"reply": "路灯已更换,今晚恢复照明。", "reply_kind": ReplyKind.DONE}
ON_SITE = {"how": "on_site", "note": "已亮", "photos": (PHOTO,), "longitude": 113.1, "latitude": 27.87}


class Way:
    """One matter on its way; each method takes a step as the person whose step it is."""

    def __init__(self, cast: Cast, receipt: Receipt, now: dt.datetime = NOW) -> None:
        self.cast, self.receipt, self.now = cast, receipt, now

    def take(self, step: str, who: Any = None, version: int | None = None, **given: Any) -> StepTaken:
        by = self.cast.viewer(who) if isinstance(who, str) else who
        code = self.receipt.code if by is None else ""
        return take_step(
            number=self.receipt.number, step=step, by=by, now=self.now, given=Given(**given), version=version, code=code
        )

    def wait(self, **span: int) -> "Way":
        self.now += dt.timedelta(**span)
        return self

    @property
    def row(self) -> Matter:
        return Matter.objects.get(pk=self.receipt.matter_id)

    def to(self, stage: str) -> "Way":
        """Walk the straight way up to ``stage``."""
        straight = [
            ("dispatched", "dispatch", "wang", {"lead_id": self.cast.city_management.pk}),
            ("accepted", "sign", "chen", {}),
            ("handling", "begin", "chen", {}),
            ("verifying", "finish", "chen", {"note": "已换灯泡", **REPLY}),
            ("verified", "verify", "li", ON_SITE),
            ("closed", "close", "wang", REPLY),
        ]
        for reached, step, who, given in straight:
            self.take(step, who, **given)
            if reached == stage:
                return self
        raise LookupError(stage)


def begin(cast: Cast, **more: Any) -> Way:
    return Way(cast, report(cast, **more), more.get("now", NOW))
