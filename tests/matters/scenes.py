"""Plain matters, people and counties for the rule tests: no database, no clock."""

import datetime as dt
from zoneinfo import ZoneInfo

from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.matters.rules.checks import Place, Scene
from jishi.matters.rules.facts import Facts, PartFacts
from jishi.matters.rules.given import Given, PhotoFile
from jishi.matters.rules.handbook import Handbook, read_handbook
from jishi.matters.rules.stages import LED_STAGES, OPEN_STAGES, Stage
from jishi.matters.rules.vocabulary import Grade, PartRole, ReplyKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)

COUNTY, TOWN, COMMUNITY, GRID, NEXT_GRID = 1, 2, 3, 4, 5
CENTRE, TOWN_CENTRE, OFFICE, CITY, WATER = 11, 12, 13, 14, 15
PATHS = {COUNTY: "/1/", TOWN: "/1/2/", COMMUNITY: "/1/2/3/", GRID: "/1/2/3/4/", NEXT_GRID: "/1/2/3/5/"}
DEPTHS = {COUNTY: 0, TOWN: 1, COMMUNITY: 2, GRID: 3, NEXT_GRID: 3}

BODIES = {
    CENTRE: Place(CENTRE, "区网格中心", "/1/", 0),
    TOWN_CENTRE: Place(TOWN_CENTRE, "响石岭街道网格中心", "/1/2/", 1),
    OFFICE: Place(OFFICE, "响石社区", "/1/2/3/", 2),
    CITY: Place(CITY, "区城市管理局", "/1/", 0),
    WATER: Place(WATER, "供水公司", "/1/", 0),
    99: Place(99, "外镇办公室", "/1/7/", 1),
}

HANDBOOK: Handbook = read_handbook(
    {
        "number_prefix": "SF",
        "levels": [{"name": "区"}, {"name": "镇街"}, {"name": "社区"}, {"name": "网格"}],
        "grades": [
            {"key": "tiny", "depths": [2, 3], "sentence": "邻里互助可解决", "words": ["邻居"]},
            {"key": "small", "depths": [0, 1, 2], "sentence": "社区或部门可解决", "words": []},
            {"key": "big", "depths": [0, 1], "sentence": "需镇街统筹", "words": ["多户"]},
            {"key": "hard", "depths": [0], "sentence": "需区级协调", "words": ["多部门"]},
        ],
        "matters": {
            "return_grounds": [{"key": "not_ours", "text": "不属于本单位职责"}],
            "pause": {"reasons": [{"key": "season", "text": "季节原因"}], "max_working_days": 30},
            "extension": {"max_times": 1, "max_working_days": 5},
            "reopen_days": 15,
            "hazard_words": ["燃气泄漏"],
        },
    }
)


def person(person_id: int, name: str, role: Role, unit: int, organization: int | None = None) -> Viewer:
    return Viewer(person_id, name, (Grant(role, unit, "", DEPTHS[unit], PATHS[unit], organization),))


LI = person(101, "小李", Role.GRID_WORKER, GRID)
SUN = person(102, "小孙", Role.GRID_WORKER, NEXT_GRID)
ZHOU = person(103, "老周", Role.COMMUNITY, COMMUNITY, OFFICE)
WANG = person(104, "小王", Role.DISPATCHER, COUNTY, CENTRE)
QIAN = person(105, "小钱", Role.DISPATCHER, TOWN, TOWN_CENTRE)
CHEN = person(106, "老陈", Role.HANDLER, COUNTY, CITY)
HE = person(107, "小何", Role.HANDLER, COUNTY, WATER)
ZHANG = person(108, "张区长", Role.LEADER, COUNTY)
ZHAO = person(109, "小赵", Role.ADMINISTRATOR, COUNTY)
WU = person(110, "老吴", Role.AUDITOR, COUNTY)
EVERYBODY = {
    "li": LI, "sun": SUN, "zhou": ZHOU, "wang": WANG, "qian": QIAN, "chen": CHEN, "he": HE,
    "zhang": ZHANG, "zhao": ZHAO, "wu": WU,
}  # fmt: skip


def matter(stage: Stage, **more: object) -> Facts:
    """A matter in the grid of 小李, led by 城管局 with 供水公司 helping where a lead is due."""
    led = stage in LED_STAGES
    values: dict[str, object] = {
        "id": 1,
        "number": "SF261118-0000-0001-0",
        "stage": stage,
        "version": 3,
        "grade": Grade.SMALL,
        "urgent": False,
        "category_code": "",
        "unit_id": GRID,
        "path": PATHS[GRID],
        "responsible_id": CITY if led else CENTRE,
        "lead_id": CITY if led else None,
        "returns": 0,
        "reopened": 0,
        "handled_by": CHEN.person_id if stage in {Stage.VERIFYING, Stage.VERIFIED, Stage.CLOSED} else None,
        "clock_started_at": NOW - dt.timedelta(hours=1),
        "stage_since": NOW - dt.timedelta(hours=1),
        "due_at": NOW + dt.timedelta(days=3),
        "stage_due_at": NOW + dt.timedelta(days=1),
        "paused_since": None,
        "paused_until": None,
        "closed_at": None if stage in OPEN_STAGES else NOW - dt.timedelta(days=1),
        "escalation": 0,
        "adjustments": 0,
        "parts": (PartFacts(CITY, PartRole.LEAD, False),) if led else (),
    }
    return Facts(**(values | more))  # type: ignore[arg-type]


def scene(facts: Facts, **more: object) -> Scene:
    return Scene(facts=facts, handbook=HANDBOOK, now=NOW, organizations=BODIES, **more)  # type: ignore[arg-type]


PHOTO = PhotoFile("0" * 64, b"", 10, 10)

# Everything each step could ask for, rightly filled in.
ENOUGH = Given(
    note="已到现场看过",
    ground="not_ours",
    lead_id=CITY,
    organization_id=WATER,
    category_code="0101",
    grade=Grade.BIG,
    unit_id=GRID,
    reply="已更换路灯，今晚恢复照明。",
    reply_kind=ReplyKind.DONE,
    basis="《城市照明管理规定》",
    reason="season",
    until=NOW + dt.timedelta(days=5),
    working_days=2,
    into="SF261118-0000-0002-0",
    how="on_site",
    longitude=113.1,
    latitude=27.8,
    photos=(PHOTO,),
    solved=True,
    satisfied=5,
)
