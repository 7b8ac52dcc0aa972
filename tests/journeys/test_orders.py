"""群众点单—社区派单—单位接单—评单, each at their own browser."""

import pytest

from jishi.orders.models import Order
from tests.orders.counter import begin, offer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def served(county):
    """The county with services to order."""
    county.repair = offer(county.city_management, county.county, "水电小修", price_fen=2000, price_note="材料费另计")
    county.plumber = offer(county.water, county.county, "水管小修", price_fen=1500)
    return county


@pytest.mark.capability("C37", "K21-I1")
def test_a_resident_orders_the_community_sends_the_unit_serves_and_the_resident_rates(visitor, served):
    resident = visitor(phone=True)
    resident.opens("/").presses("我要点单").comes_to("/services/").sees("水电小修", "20元", "材料费另计")
    resident.presses("水电小修").sees("这是有偿服务")
    resident.chooses("在哪个社区", "响石社区").writes("上门地址", "3栋201").ticks("上午")
    resident.writes("怎么称呼您", "刘奶奶").writes("联系电话", "000-8888-0001").presses("点单（20元）")
    resident.comes_to("/services/receipt/SFD").sees("社区正在安排单位", "评单码").reaches_everything_by_tab()
    number = Order.objects.get().number

    community = visitor("zhou")
    community.opens("/orders/").sees("水电小修").reaches_everything_by_tab()
    community.presses("派单", within="main .queue-act").comes_to(f"/orders/{number}/").sees("000-8888-0001")
    community.chooses("派给哪个单位的哪项服务", "水电小修 · 20元 · 区城市管理局（在办 0/2）")
    community.presses("派单", within="main form").sees("已派单", "单位应在7个工作时内接单")

    unit = visitor("chen", phone=True)
    unit.opens("/orders/queue/").presses("接单", within="main .queue-act").sees("接单后才显示完整电话")
    unit.reaches_everything_by_tab()
    unit.writes("谁上门", "党员志愿者刘师傅").presses("接单", within="main form").sees("已接单", "000-8888-0001")
    unit.unfolds("办完").writes("办理情况", "水龙头已换").presses("办完", within="main details[open] form")
    unit.sees("待评单")

    resident.opens(f"/services/receipt/{number}/").sees("党员志愿者刘师傅", "水龙头已换", "请您评单")
    resident.ticks("办好了").ticks("很满意").writes("想说的话", "来得快").presses("提交评单")
    resident.sees("您的评单", "事情办好了，很满意", "来得快").does_not_see("刘奶奶", "3栋201", "老陈")
    assert Order.objects.get().stage == "rated"


@pytest.mark.capability("C95")
@pytest.mark.parametrize("who", ["", "zhou", "chen"])
def test_the_pages_of_orders_fit_the_phone_and_are_walked_by_keyboard(visitor, served, who):
    way = begin(served)
    begin(served).to("offered").take("return", "chen", note="人手不够")
    pages = {
        "": ["/services/", f"/services/{served.repair.pk}/", f"/services/receipt/{way.receipt.number}/"],
        "zhou": ["/orders/", "/orders/new/", f"/orders/{way.receipt.number}/", "/orders/?lane=closed"],
        "chen": ["/orders/queue/", "/orders/menu/", "/orders/menu/new/", f"/orders/menu/{served.repair.pk}/"],
    }
    if who == "chen":
        way.to("offered")
        pages[who].append(f"/orders/{way.receipt.number}/")
    page = visitor(who, phone=True)
    for address in pages[who]:
        page.opens(address).reaches_everything_by_tab()
        assert page.words_not_chinese({"chen", "zhou", "sfd"}) == [], address
