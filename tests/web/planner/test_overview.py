"""Every grid against the standard, who sees which, and asking for a plan."""

import pytest
from django.utils import timezone

from jishi.accounts.models import Posting
from jishi.flows.grid_proposals import PlanDesk
from jishi.planning.models import GridPlan
from jishi.planning.rules.vocabulary import Mode, State
from jishi.registers.models import HouseholdGrid
from tests.cast import SINCE
from tests.planning.test_approving import approve, reasons
from tests.web.planner.pages import FEW, at, send, text

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C02")]


def community(street):
    return f"/grids/communities/{street.cast.community.pk}/"


@pytest.mark.capability("C92")
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("zhao", 200),
        ("zhang", 200),
        ("zhou", 302),
        ("li", 403),
        ("wang", 403),
        ("qian", 403),
        ("chen", 403),
        ("wu", 403),
    ],
)
def test_the_overview_is_for_who_plans_or_approves(client, crowded, who, status):
    crowded.cast.login(client, who)
    assert client.get("/grids/").status_code == status


def test_a_community_worker_comes_to_her_own_community_at_once(client, crowded):
    crowded.cast.login(client, "zhou")
    assert client.get("/grids/").url == community(crowded)
    page = text(client, community(crowded))
    assert "响石社区的网格" in page
    assert "8户16人" in page


@pytest.mark.capability("C92")
@pytest.mark.parametrize("who", ["zhou", "li", "wu"])
def test_another_community_is_unknown_to_a_stranger(client, crowded, who):
    crowded.cast.login(client, who)
    other = f"/grids/communities/{crowded.cast.other_community.pk}/"
    assert client.get(other).status_code == 404
    assert send(client, other, FEW).status_code == 404
    assert client.get("/grids/communities/999999999/").status_code == 404
    assert client.get(f"/grids/communities/{crowded.cast.grid.pk}/").status_code == 404
    assert not GridPlan.objects.exists()


@pytest.mark.capability("K06-I3")
def test_each_figure_opens_the_grids_behind_it(client, crowded):
    crowded.cast.login(client, "zhao")
    page = text(client, "/grids/")
    assert "?verdict=off" in page
    rows = text(client, "/grids/?verdict=off")
    assert "响石社区第一网格" in rows
    assert "响石社区第二网格" in rows
    assert "-98%" in rows
    assert "映峰社区第一网格" in text(client, "/grids/?verdict=empty")
    assert "没有这样的网格" in text(client, "/grids/?verdict=within")
    narrowed = text(client, f"{community(crowded)}?verdict=empty")
    assert "没有这样的网格" in narrowed
    assert text(client, "/grids/?verdict=nonsense&page=x").count("响石社区") >= 1


def test_the_form_begins_with_the_standard_of_the_place(client, crowded):
    crowded.cast.login(client, "zhou")
    page = text(client, community(crowded))
    assert 'name="households" value="400"' in page
    assert 'name="people" value="1200"' in page
    assert 'name="tolerance" value="10"' in page
    assert "换网格员的住户尽量少" in page


def test_a_plan_is_asked_for_once_and_leads_to_its_page(client, crowded):
    crowded.cast.login(client, "zhou")
    given = FEW | {"once_key": "0123456789abcdef"}
    answers = [client.post(community(crowded), given) for _ in range(2)]
    plan = GridPlan.objects.get()
    assert {answer.url for answer in answers} == {at(plan.pk)}
    assert (plan.mode, plan.households, plan.people, plan.tolerance) == ("rebalance", 4, 12, 25)
    assert plan.asked_by == "老周"
    assert "正在计算" in text(client, at(plan.pk))
    page = text(client, community(crowded))
    assert at(plan.pk) in page
    assert 'name="households"' not in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"households": "0"}, "请填写1到5000之间的整数"),
        ({"people": "很多"}, "请填写1到20000之间的整数"),
        ({"tolerance": "100"}, "请填写1到99之间的整数"),
        ({"households": ""}, "请填写每格户数"),
        ({"mode": "magic"}, "请从列出的选项中选择"),
    ],
)
def test_what_is_refused_comes_back_as_typed_with_the_error_at_the_field(client, crowded, given, said):
    crowded.cast.login(client, "zhou")
    answer = send(client, community(crowded), FEW | {"people": "37"} | given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert f'value="{given.get("people", "37")}"' in page
    assert not GridPlan.objects.exists()


def test_a_second_plan_is_refused_while_one_is_open(client, crowded):
    crowded.ask()
    crowded.cast.login(client, "zhou")
    answer = send(client, community(crowded), FEW)
    assert answer.status_code == 409
    assert "已有一份方案没有定" in answer.content.decode()


@pytest.mark.capability("C92")
@pytest.mark.parametrize("who", ["zhang"])
def test_who_only_approves_may_look_but_not_ask(client, crowded, who):
    crowded.cast.login(client, who)
    assert 'name="households"' not in text(client, community(crowded))
    assert send(client, community(crowded), FEW).status_code == 403
    assert send(client, "/grids/ask-all/", {}).status_code == 403


@pytest.mark.capability("K06-I3")
def test_one_press_asks_for_a_plan_wherever_one_is_needed(client, crowded):
    crowded.cast.login(client, "zhao")
    assert "1个社区有超出标准又没有方案的网格" in text(client, "/grids/")
    answer = client.post("/grids/ask-all/", {"once_key": "0123456789abcdef"}, follow=True)
    assert "已为1个社区提出方案" in answer.content.decode()
    plan = GridPlan.objects.get()
    assert (plan.community_id, plan.mode, plan.households) == (crowded.cast.community.pk, Mode.REBALANCE, 400)
    page = text(client, "/grids/")
    assert "为全部待处理的社区提出方案" not in page
    assert "方案待定 2" in page
    again = send(client, "/grids/ask-all/", {}, follow=True)
    assert "没有需要提出方案的社区，另有1个社区的方案还没有定" in again.content.decode()
    assert GridPlan.objects.count() == 1


def test_towns_in_which_something_waits_come_first(client, street):
    street.move_in(*street.build(1, street.cast.other_grid))
    street.cast.login(client, "zhao")

    def order():
        page = text(client, "/grids/")
        return page.index("清水塘街道") < page.index("响石岭街道")

    waiting_first = order()
    HouseholdGrid.objects.all().delete()
    street.move_in(*street.build(1, street.cast.grid))
    assert (waiting_first, order()) == (True, False)


@pytest.mark.capability("C92")
def test_who_plans_one_community_asks_for_no_other_by_the_way(client, crowded):
    crowded.move_in(*crowded.build(1, crowded.cast.other_grid))
    crowded.cast.login(client, "zhou")
    send(client, "/grids/ask-all/", {})
    assert [plan.community_id for plan in GridPlan.objects.all()] == [crowded.cast.community.pk]


def test_households_of_no_grid_are_told_and_shared_out(client, street):
    street.move_in(*street.build(2))
    HouseholdGrid.objects.update(unit=street.cast.community)
    street.cast.login(client, "zhou")
    assert "2户只登记到社区，还没有落到网格" in text(client, community(street))


@pytest.mark.capability("K06-I3")
def test_an_approved_exception_stands_with_its_reason_and_who_allowed_it(client, crowded):
    found = reasons(crowded, crowded.drawn(Mode.KEEP), "两地隔河")
    approve(crowded, found, now=timezone.now())
    crowded.cast.login(client, "zhou")
    page = text(client, community(crowded))
    assert "例外理由：两地隔河" in page
    assert "张区长批准" in page
    assert "已批准例外" in page
    assert "维持现状" in page  # the earlier plan


def test_what_could_not_be_drawn_says_why_and_may_be_asked_for_again(client, street):
    plan = street.ask()
    PlanDesk()(timezone.now())
    street.cast.login(client, "zhou")
    page = text(client, at(plan.id))
    assert "还没有登记住户" in page
    assert "重新提出" in page
    assert GridPlan.objects.get().state == State.FAILED
    assert 'name="households"' in text(client, community(street))


def test_a_plan_that_waits_too_long_says_that_the_worker_must_run(client, crowded):
    plan = crowded.ask(now=timezone.now())
    crowded.cast.login(client, "zhou")
    assert "请系统管理员确认后台程序正在运行" not in text(client, at(plan.id))
    GridPlan.objects.update(asked_at=timezone.now() - timezone.timedelta(minutes=2))
    page = text(client, at(plan.id))
    assert "后台程序如刚重启，两分钟内会自动重算" in page
    assert "请系统管理员确认后台程序正在运行" in page
    part = text(client, at(plan.id), HTTP_HX_REQUEST="true")
    assert 'hx-trigger="load delay:2s"' in part
    assert "<html" not in part


def test_the_page_opens_by_itself_when_the_plan_is_drawn(client, crowded):
    plan = crowded.ask()
    PlanDesk()(timezone.now())
    crowded.cast.login(client, "zhou")
    assert client.get(at(plan.id), HTTP_HX_REQUEST="true").headers["HX-Redirect"] == at(plan.id)


def test_the_overview_costs_few_statements_however_many_communities(client, crowded, django_assert_max_num_queries):
    Posting.objects.create(
        person=crowded.cast.person("zhang"), role="administrator", unit=crowded.cast.county, valid_from=SINCE
    )
    crowded.ask()
    crowded.cast.login(client, "zhao")
    text(client, "/grids/")
    with django_assert_max_num_queries(7):
        text(client, "/grids/")
