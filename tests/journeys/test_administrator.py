"""R27 系统管理员: people come and leave, the place changes its rules, and the trail of it is proven."""

from pathlib import Path

import pytest
from django.utils import timezone

from jishi.accounts.models import Person, Posting
from jishi.accounts.rules.roles import Role
from jishi.flows.place_loading import load_place
from jishi.territory.models import Unit
from jishi.territory.queries import place
from tests.cast import PASSWORD, SINCE
from tests.matters.town import begin, forget

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.capability("C92", "C93")
def test_somebody_is_taken_on_works_and_is_cut_off_when_leaving(visitor, county):
    begin(county, text="3栋门口的路灯不亮", now=timezone.now())
    page = visitor("zhao").comes_to("/people/").sees("小李", "小孙").reaches_everything_by_tab()
    page.presses("添加人员").writes("用户名", "liuyang").writes("姓名", "刘洋")
    page.writes("初始密码", PASSWORD).presses("添加", within="main form").sees("已添加")
    page.unfolds("安排岗位").chooses("角色", "网格员")
    page.tab.get_by_label("负责的单元").select_option(value=str(county.grid.pk))
    page.presses("安排", within="main form:has([name=posting-role])").sees("岗位已生效", "第一网格")

    worker = visitor("liuyang", phone=True).comes_to("/day/").sees("3栋门口的路灯不亮")
    page.presses("办理离岗").presses("确定离岗", within="dialog").sees("已办理离岗")
    worker.opens("/day/").comes_to("/login/")
    assert not Person.objects.get(username="liuyang").is_active

    page.presses("审计", within="nav").comes_to("/audit/").sees("小赵")
    page.presses("核验审计链").presses("开始核验").sees("记录完整")
    page.presses("通知", within="nav").comes_to("/notices/")


@pytest.fixture
def real_place(transactional_db, settings, tmp_path):
    """石峰区 as it is delivered, with its administrator, and a folder of its own to change it in."""
    settings.VAR_DIR = tmp_path
    load_place(Path(settings.PLACES_DIR) / "shifeng", now=timezone.now())
    zhao = Person(username="zhao", name="小赵")
    zhao.set_password(PASSWORD)
    zhao.save()
    root = Unit.objects.get(depth=0)
    Posting.objects.create(person=zhao, role=Role.ADMINISTRATOR, unit=root, valid_from=SINCE)
    yield
    forget()


def test_the_place_changes_its_rules_line_by_line_or_not_at_all(real_place, stranger):
    page = stranger("zhao")
    page.opens("/place/").sees("石峰区", "可以退回的理由", "时限").reaches_everything_by_tab()
    page.presses("修改模板").comes_to("/place/edit/")
    text = page.tab.locator("main textarea").input_value()
    page.tab.locator("main textarea").fill(text.replace("number_prefix: SF", "number_prefix: 石峰"))
    with page.tab.expect_response(lambda response: response.status == 422):
        page.presses("检查并生效")
    page.sees("place.yaml")
    page.trouble.clear()  # the refusal just seen
    page.tab.locator("main textarea").fill(text.replace("number_prefix: SF", "number_prefix: SQ"))
    page.presses("检查并生效").comes_to("/place/").sees("SQ")
    forget()
    assert place().number_prefix == "SQ"
