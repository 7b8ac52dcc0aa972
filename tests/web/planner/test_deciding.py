"""Approving and withdrawing: what is said before, who may, what happens."""

import pytest

from jishi.accounts.models import Person
from jishi.flows.grid_asking import ask_where_off
from jishi.flows.grid_proposals import PlanDesk
from jishi.planning import actions as planning
from jishi.planning.models import GridException, GridPlan
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.vocabulary import Mode, State
from jishi.registers.queries.living import sizes
from jishi.territory.queries import children, unit
from tests.cast import NOW
from tests.planning.test_approving import reasons
from tests.web.planner.pages import at, change, send, text

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C02")]

BUTTON = "<span>批准</span></button>"


def approve(client, found, **given):
    return send(client, at(found.plan.id, "approve/"), {"version": found.plan.version, **given})


def held_by_grid(street):
    grids = children(street.cast.community.pk)
    lived = sizes([grid.id for grid in grids])
    return {grid.name: lived.get(grid.id, (0, 0))[0] for grid in grids}


def test_the_confirmation_says_exactly_what_will_happen(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    change(client, found, "move/", {"blocks": [0, 1, 2, 3], "to": "new"})
    street.cast.login(client, "zhang")
    page = text(client, at(found.plan.id, "approve/"))
    assert "新设1个网格" in page
    assert "第三网格" in page
    assert "撤并1个网格" in page
    assert "调整1个网格" in page
    assert "7户换网格员" in page
    assert "未办结的事项随地点移交" in page
    assert "以前的统计不变" in page
    assert "批准后第三网格没有网格员" in page


@pytest.mark.capability("C03", "K06-I1", "K06-I4")
def test_a_leader_approves_and_the_grids_are_new_with_everybody_in_them(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhang")
    answer = approve(client, found)
    assert answer.url == at(found.plan.id)
    assert GridPlan.objects.get().state == State.APPROVED
    assert held_by_grid(street) == {"第一网格": 4, "第二网格": 4}
    assert unit(street.cast.grid.pk) is None
    page = text(client, at(found.plan.id))
    assert "重划完成" in page
    assert "住户：随迁8" in page
    assert "张区长批准" in page
    assert 'id="plan-move"' not in page


def test_grids_without_a_worker_are_told_and_the_administrator_is_led_to_the_postings(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    change(client, found, "move/", {"blocks": [0, 1], "to": "new"})
    found = reasons(street, street.look(found.plan.id))
    street.cast.login(client, "zhao")
    assert approve(client, found).status_code == 302
    page = text(client, at(found.plan.id))
    assert "还没有网格员：第三网格" in page
    assert "去人员岗位派人" in page
    street.cast.login(client, "zhou")
    assert "去人员岗位派人" not in text(client, at(found.plan.id))


@pytest.mark.capability("C92")
@pytest.mark.parametrize("who", ["zhou", "li", "wang", "wu"])
def test_who_may_not_approve_is_refused(client, drawn, who):
    street, found = drawn
    street.cast.login(client, who)
    refused = 403 if who == "zhou" else 404
    assert client.get(at(found.plan.id, "approve/")).status_code == refused
    assert approve(client, found).status_code == refused
    assert GridPlan.objects.get().state == State.READY


@pytest.mark.capability("L20")
def test_who_asked_for_it_does_not_approve_it(client, crowded):
    ask_where_off(by=crowded.cast.zhao, now=NOW)
    PlanDesk(lambda: NOW)(NOW)
    found = reasons(crowded, crowded.look(GridPlan.objects.get().pk))
    crowded.cast.login(client, "zhao")
    page = text(client, at(found.plan.id))
    assert "批准…" not in page
    assert "须由别人批准" in page
    answer = approve(client, found)
    assert answer.status_code == 403
    assert "须由别人批准" in answer.content.decode()
    assert GridPlan.objects.get().state == State.READY


@pytest.mark.capability("L20")
def test_who_has_a_hand_in_it_is_told_instead_of_being_shown_a_button(client, crowded):
    ask_where_off(by=crowded.cast.zhao, now=NOW)
    PlanDesk(lambda: NOW)(NOW)
    found = reasons(crowded, crowded.look(GridPlan.objects.get().pk))
    said = "方案由您提出、调整过或写过理由，须由别人批准"
    crowded.cast.login(client, "zhao")
    assert f"{said}：领导 张区长</p>" in text(client, at(found.plan.id))
    page = text(client, at(found.plan.id, "approve/"))
    assert said in page
    assert "先不批准，回到方案" in page
    assert BUTTON not in page
    crowded.cast.login(client, "zhang")
    page = text(client, at(found.plan.id, "approve/"))
    assert said not in page
    assert BUTTON in page


@pytest.mark.capability("L20")
@pytest.mark.parametrize(
    ("what", "given"),
    [("move/", {"blocks": [4], "to": "0"}), ("reason/", {"grid": "0", "reason": "两地隔河"})],
)
def test_who_moved_a_house_or_gave_a_reason_does_not_approve(client, drawn, what, given):
    street, found = drawn
    street.cast.login(client, "zhao")
    assert BUTTON in text(client, at(found.plan.id, "approve/"))
    assert change(client, found, what, given).status_code == 200
    assert "批准…" not in text(client, at(found.plan.id))
    assert BUTTON not in text(client, at(found.plan.id, "approve/"))
    assert approve(client, street.look(found.plan.id)).status_code == 403
    street.cast.login(client, "zhou")
    assert "须由别人批准：领导 张区长</p>" in text(client, at(found.plan.id))


@pytest.mark.capability("L20")
def test_a_namesake_of_who_asked_may_approve(client, crowded):
    Person.objects.filter(pk=crowded.cast.zhang.person_id).update(name="小赵")
    ask_where_off(by=crowded.cast.zhao, now=NOW)
    PlanDesk(lambda: NOW)(NOW)
    crowded.cast.login(client, "zhao")
    assert "须由别人批准：领导 小赵" in text(client, at(GridPlan.objects.get().pk))


@pytest.mark.capability("K06-I3")
def test_only_grids_that_need_it_are_made_exceptions_and_by_how_much_they_are_off(client, crowded):
    found = reasons(crowded, crowded.drawn(Mode.KEEP))
    crowded.cast.login(client, "zhang")
    page = text(client, at(found.plan.id, "approve/"))
    assert "第一网格（+75%，7户）" in page
    assert "第二网格（-75%，1户）" in page
    crowded.cast.login(client, "zhou")
    change(client, found, "move/", {"blocks": [4, 5, 6], "to": "1"})
    crowded.cast.login(client, "zhang")
    assert "一并批准的例外" not in text(client, at(found.plan.id, "approve/"))
    crowded.cast.login(client, "zhou")
    found = crowded.look(found.plan.id)
    change(client, found, "move/", {"blocks": [3], "to": "1"})
    found = crowded.look(found.plan.id)
    change(client, found, "move/", {"blocks": [6], "to": "0"})
    crowded.cast.login(client, "zhang")
    assert "第二网格（分成2片）" in text(client, at(found.plan.id, "approve/"))


@pytest.mark.capability("K06-I3")
def test_a_plan_by_another_standard_than_that_of_the_place_says_so(client, crowded):
    found = crowded.drawn()
    crowded.cast.login(client, "zhang")
    said = "这份方案按每格4户12人，容许偏差25%核对，与本地标准（每格400户1200人，容许偏差10%）不同"
    assert said in text(client, at(found.plan.id, "approve/"))
    planning.withdraw(plan_id=found.plan.id, by=crowded.cast.zhou, now=NOW)
    found = crowded.drawn(Mode.KEEP, Standard())
    assert "与本地标准" not in text(client, at(found.plan.id, "approve/"))


def test_many_names_are_counted_after_the_first_five(client, street):
    street.move_in(*street.build(7))
    found = street.drawn(Mode.KEEP)
    street.cast.login(client, "zhou")
    for house in range(1, 7):
        found = street.look(found.plan.id)
        change(client, found, "move/", {"blocks": [house], "to": "new"})
    found = street.look(found.plan.id)
    street.cast.login(client, "zhang")
    page = text(client, at(found.plan.id, "approve/"))
    first = "、".join(grid.name for grid in found.without_reason[:5])
    assert f"{first}等7个网格超出标准或不连片" in page
    assert "等7个网格还没有写明例外理由" in text(client, at(found.plan.id))


@pytest.mark.capability("K06-I3")
def test_without_reasons_nothing_is_approved(client, crowded):
    found = crowded.drawn(Mode.KEEP)
    crowded.cast.login(client, "zhang")
    page = text(client, at(found.plan.id, "approve/"))
    assert "还没有写明例外理由，不能批准" in page
    assert "网格不变" in page
    answer = approve(client, found)
    assert answer.status_code == 422
    assert "没有批准" in answer.content.decode()
    assert GridPlan.objects.get().state == State.READY


@pytest.mark.capability("K06-I3")
def test_keeping_the_grids_records_the_exceptions_and_nothing_else(client, crowded):
    found = reasons(crowded, crowded.drawn(Mode.KEEP), "两地隔河")
    crowded.cast.login(client, "zhang")
    assert "两地隔河" in text(client, at(found.plan.id, "approve/"))
    answer = send(client, at(found.plan.id, "approve/"), {"version": found.plan.version}, follow=True)
    assert "批准例外2个网格" in answer.content.decode()
    assert GridException.objects.filter(reason="两地隔河", approved_by="张区长").count() == 2
    assert unit(crowded.cast.grid.pk) is not None


def test_what_was_changed_since_it_was_looked_at_is_not_approved(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    change(client, found, "move/", {"blocks": [4], "to": "0"})
    street.cast.login(client, "zhang")
    answer = approve(client, found)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "方案刚刚被别人改过" in page
    assert f'name="version" value="{found.plan.version + 1}"' in page
    assert GridPlan.objects.get().state == State.READY


def test_a_plan_is_approved_once(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhang")
    assert approve(client, found).url == at(found.plan.id)
    answer = send(client, at(found.plan.id, "approve/"), {"version": found.plan.version}, follow=True)
    assert "这份方案已批准，不能再改" in answer.content.decode()
    assert client.get(at(found.plan.id, "approve/")).url == at(found.plan.id)
    assert client.get(at(found.plan.id, "withdraw/"), follow=True).status_code in (200, 403)


def test_withdrawing_is_asked_about_first_and_changes_nothing_on_the_ground(client, drawn):
    street, found = drawn
    street.cast.login(client, "zhou")
    assert "现有网格不会变化" in text(client, at(found.plan.id, "withdraw/"))
    answer = send(client, at(found.plan.id, "withdraw/"), {}, follow=True)
    page = answer.content.decode()
    assert "方案已撤回，现有网格没有变化" in page
    assert "提出方案" in page
    assert held_by_grid(street) == {"第一网格": 7, "第二网格": 1}
    assert GridPlan.objects.get().state == State.WITHDRAWN
    again = send(client, at(found.plan.id, "withdraw/"), {}, follow=True)
    assert "不用撤回" in again.content.decode()
