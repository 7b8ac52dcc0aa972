"""Every step of the table, taken through its real form with everything on it filled in."""

from collections.abc import Callable
from typing import Any

import pytest

from jishi.matters.models import Step
from jishi.matters.rules.steps import STEPS
from tests.cast import Cast
from tests.matters.town import REPLY, Way, begin
from tests.web.matters.test_step_forms import BY_HAND, picture

pytestmark = pytest.mark.django_db

# step -> where the matter must be for it, as steps taken before it by those whose they are
Before = list[tuple[str, str, dict[str, Any]]]
GIVEN_BACK = {"ground": "not_ours", "note": "不归我们"}
CHEN_ASKS = {"note": "材料未到", "working_days": 2}
ABNORMAL = {"note": "反映的事已不存在", "basis": "《信访工作条例》"}


def dispatched(town: Cast, **more: Any) -> Before:
    return [("dispatch", "wang", {"lead_id": town.city_management.pk, **more})]


def accepted(town: Cast, **more: Any) -> Before:
    return [*dispatched(town, **more), ("sign", "chen", {})]


def disputed(town: Cast) -> Before:
    return [*dispatched(town), ("return", "chen", GIVEN_BACK), *dispatched(town), ("dispute", "chen", GIVEN_BACK)]


PLACES: dict[str, Callable[[Cast], Before | str]] = {
    "settle": lambda town: [],
    "dispatch": lambda town: [],
    "redispatch": accepted,
    "sign": dispatched,
    "return": dispatched,
    "dispute": lambda town: disputed(town)[:-1],
    "arbitrate": disputed,
    "begin": accepted,
    "finish": lambda town: "handling",
    "verify": lambda town: "verifying",
    "reject": lambda town: "verifying",
    "close": lambda town: "verified",
    "follow_up": lambda town: "closed",
    "reopen": lambda town: "closed",
    "merge": lambda town: [],
    "unmerge": lambda town: [("merge", "wang", {"into": begin(town).receipt.number})],
    "grant_abnormal": lambda town: [*accepted(town), ("ask_abnormal", "chen", ABNORMAL)],
    "add_helper": dispatched,
    "release_helper": lambda town: dispatched(town, helper_ids=(town.water.pk,)),
    "help_done": lambda town: accepted(town, helper_ids=(town.water.pk,)),
    "pause": accepted,
    "resume": lambda town: [*accepted(town), ("pause", "wang", {"reason": "season", "note": "等天晴", "until": None})],
    "ask_extension": accepted,
    "grant_extension": lambda town: [*accepted(town), ("ask_extension", "chen", CHEN_ASKS)],
    "refuse_extension": lambda town: [*accepted(town), ("ask_extension", "chen", CHEN_ASKS)],
    "ask_abnormal": accepted,
    "refuse_abnormal": lambda town: [*accepted(town), ("ask_abnormal", "chen", ABNORMAL)],
    "refuse_reopening": lambda town: "closed",
    "regrade": lambda town: [],
    "reclassify": lambda town: [],
    "relocate": lambda town: [],
    "comment": lambda town: [],
    "urge": dispatched,
    "supervise": dispatched,
}
BY_THE_GRID = {"settle", "verify", "reject"}
BY_THE_LEAD = {"sign", "return", "dispute", "begin", "finish", "ask_extension", "ask_abnormal"}


def doer(step: str) -> str:
    if step in BY_THE_GRID:
        return "li"
    return "chen" if step in BY_THE_LEAD else "he" if step == "help_done" else "wang"


def brought(town: Cast, step: str) -> Way:
    """A matter on which the step is the next."""
    way = begin(town)
    before = PLACES[step](town)
    if isinstance(before, str):
        way.to(before)
    else:
        for name, who, given in before:
            way.take(name, who, **(given | {"until": way.now.replace(day=25)} if "until" in given else given))
    if step == "refuse_reopening":
        way.take("ask_reopening", None, note="又不亮了")
    return way


def filled_in(town: Cast, step: str) -> dict[str, Any]:
    """What is typed into each field of the step, as a browser sends it."""
    other = begin(town, text="同一盏路灯不亮")
    everything = {
        "lead_id": town.city_management.pk,
        "helper_ids": ["", town.water.pk],
        "organization_id": town.water.pk,
        "task": "今晚前修好",
        "category_code": "0101",
        "grade": "big",
        "unit_id": [town.town.pk, town.community.pk, town.next_grid.pk],
        "into": other.receipt.number.lower().replace("-", ""),
        "ground": "not_ours",
        "reason": "season",
        "until": "2026-11-25T17:30",
        "working_days": "2",
        "how": "on_site",
        "photos": picture(),
        "longitude": "113.1",
        "latitude": "27.87",
        "solved": "yes",
        "satisfied": "5",
        "reply_kind": "done",
        "reply": REPLY["reply"],
        "basis": "《城市照明管理规定》",
        "note": "情况属实",
    }
    return {name: everything[name] for name in (*STEPS[step].needs, *STEPS[step].takes)}


def test_every_step_by_hand_has_its_place_here():
    assert sorted(PLACES) == BY_HAND


@pytest.mark.capability("C34")
@pytest.mark.parametrize("step", BY_HAND)
def test_every_step_is_taken_through_its_form_with_everything_filled_in(client, town, step):
    way = brought(town, step)
    town.login(client, doer(step))
    address = f"/matters/{way.receipt.number}/steps/{step}/"
    assert client.get(address).status_code == 200
    typed = filled_in(town, step) | {"version": way.row.version, "once_key": "0123456789abcdef"}
    answer = client.post(address, typed)
    assert answer.status_code == 302, answer.content.decode()
    assert Step.objects.filter(matter=way.receipt.matter_id).latest("seq").name == step
    assert way.row.stage == (STEPS[step].target or way.row.stage)
    assert client.get(answer.url).status_code == 200
    taken = Step.objects.count()
    again = client.post(address, typed | ({"photos": picture()} if "photos" in typed else {}))
    assert (again.status_code, again.url) == (302, answer.url)
    assert Step.objects.count() == taken
