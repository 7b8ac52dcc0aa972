"""Invented material for the gallery of components."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django import forms

from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Grade
from jishi.web.forms import PageForm

COMMUNITIES = [
    ("响石岭街道", [("1", "响石岭社区"), ("2", "九塘社区")]),
    ("清水塘街道", [("3", "大冲社区")]),
]
TITLES = (
    ("响石广场东侧路灯连续三晚不亮", Stage.REGISTERED, Grade.TINY, dt.timedelta(hours=20)),
    ("九塘村口道路塌陷，雨天积水没过脚踝，来往学生多", Stage.HANDLING, Grade.SMALL, dt.timedelta(hours=2)),
    ("建设北路夜间施工噪声扰民", Stage.ARBITRATION, Grade.BIG, dt.timedelta(hours=-27)),
    ("老旧小区电梯困人后至今未修复", Stage.VERIFYING, Grade.HARD, dt.timedelta(days=3)),
)


class SampleForm(PageForm):
    text = forms.CharField(
        label="反映内容", max_length=2000, widget=forms.Textarea, error_messages={"required": "请写下要反映的事"}
    )
    kind = forms.ChoiceField(
        label="办理方式",
        choices=[("spot", "当场处理"), ("send", "转交单位")],
        error_messages={"required": "请选择一种办理方式"},
    )
    means = forms.MultipleChoiceField(
        label="核实方式", choices=[("visit", "到现场"), ("phone", "打电话")], required=False
    )
    community = forms.ChoiceField(label="所在社区", choices=COMMUNITIES)
    phone = forms.CharField(label="联系电话", required=False, help_text="只用于回访，不会公开")
    photos = forms.FileField(label="照片", required=False)
    urgent = forms.BooleanField(label="有人身安全危险，需要马上处理", required=False)
    day = forms.DateField(label="约定日期", required=False)


@dataclass(frozen=True, slots=True)
class SampleStep:
    title: str
    who: str
    at: dt.datetime
    text: str = ""


@dataclass(frozen=True, slots=True)
class SampleMessage:
    message: str
    level_tag: str


def square(name: str, number: int, column: int, row: int) -> dict[str, Any]:
    """One unit of the invented map, as a GeoJSON feature."""
    west, south, size = 113.05 + column * 0.05, 27.85 + row * 0.04, 0.05
    ring = [[west, south], [west + size, south], [west + size, south + 0.04], [west, south + 0.04], [west, south]]
    return {
        "type": "Feature",
        "properties": {"id": number, "name": name, "depth": 1, "sketch": True},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def sample_map(with_points: bool) -> dict[str, Any]:
    names = ("响石岭街道", "清水塘街道", "田心街道", "铜塘湾街道", "井龙街道", "云田镇")
    units = [square(name, place + 1, place % 3, place // 3) for place, name in enumerate(names)]
    points = [
        {
            "type": "Feature",
            "properties": {"id": place + 1, "title": title, "tone": tone},
            "geometry": {"type": "Point", "coordinates": [113.07 + place * 0.037, 27.87 + (place % 2) * 0.035]},
        }
        for place, ((title, *_), tone) in enumerate(
            zip(TITLES, ("waiting", "moving", "alert", "checking"), strict=True)
        )
    ]
    return {
        "units": {"type": "FeatureCollection", "features": units},
        "points": {"type": "FeatureCollection", "features": points if with_points else []},
    }


def sample(now: dt.datetime) -> dict[str, Any]:
    """Everything the gallery shows, at the moment ``now``."""
    hours = lambda count: now - dt.timedelta(hours=count)  # noqa: E731
    rows = [
        {
            "number": f"SF261122-{4827 + place}-1936-5",
            "title": title,
            "place": "响石岭街道 · 响石岭社区",
            "stage": stage,
            "grade": grade,
            "due_at": now + left,
            "at": hours(3 + place * 20),
        }
        for place, (title, stage, grade, left) in enumerate(TITLES)
    ]
    return {
        "form": SampleForm(),
        "wrong": SampleForm({"text": "", "community": "2", "phone": "一三八", "urgent": "on"}),
        "stages": list(Stage),
        "grades": list(Grade),
        "dues": [now - dt.timedelta(hours=51), now + dt.timedelta(hours=2), now + dt.timedelta(days=3, hours=4)],
        "long_ago": now - dt.timedelta(days=500),
        "rows": rows,
        "steps": [
            SampleStep("登记", "居民上报", hours(30), "响石广场东侧三盏路灯连续三晚不亮，\n老人下楼看不清台阶。"),
            SampleStep("派发", "调度员 小王 → 石峰区城市管理局", hours(28)),
            SampleStep("处置完成", "经办人 老陈（城管局）", hours(2), "已更换三盏灯具和一段电缆。"),
        ],
        "messages": [SampleMessage("已退出登录", "success")],
        "map": sample_map(True),
        "map_plain": sample_map(False),
        "viewer": Viewer(0, "小李", (Grant(Role.GRID_WORKER, 1, "响石岭社区第三网格", 3, "/1/2/3/4/"),)),
    }
