"""The department's queue and everybody's inbox."""

import datetime as dt
import html
import re

import pytest

from jishi.matters.actions.instructions import instruct
from jishi.matters.models import Instruction
from jishi.notices.queries import unread_count
from tests.cast import NOW
from tests.flows.test_telling import work
from tests.matters.town import begin, forget, lay_down

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


@pytest.mark.capability("C34", "C41")
def test_the_handler_signs_from_the_queue_with_one_click(client, town):
    way = begin(town).to("dispatched")
    town.login(client, "chen")
    page = client.get("/queue/").content.decode()
    assert way.row.title in page
    assert "签收" in page
    address = f"/matters/{way.receipt.number}/steps/sign/"
    assert client.post(address, {"version": way.row.version, "once_key": KEY}).status_code == 302
    assert way.row.stage == "accepted"
    assert way.row.title in client.get("/queue/?lane=working").content.decode()


@pytest.mark.capability("C35")
def test_helpers_find_their_part_and_others_nothing(client, town):
    way = begin(town)
    way.take("dispatch", "wang", lead_id=town.city_management.pk, helper_ids=(town.water.pk,))
    way.take("sign", "chen")
    town.login(client, "he")
    assert way.row.title in client.get("/queue/?lane=helping").content.decode()
    town.login(client, "zhou")
    for lane in ("to_sign", "working", "helping", "finished"):
        assert way.row.title not in client.get(f"/queue/?lane={lane}").content.decode()


@pytest.mark.parametrize("who", ["li", "zhang", "zhao", "wu"])
@pytest.mark.capability("C92")
def test_the_queue_is_for_those_who_handle_or_answer(client, town, who):
    town.login(client, who)
    assert client.get("/queue/").status_code == 403


@pytest.mark.capability("C39", "K25-I1")
def test_a_grid_centre_finds_and_answers_what_the_leader_asked_of_it(client, town):
    due = NOW + dt.timedelta(days=3)
    given = instruct(by=town.zhang, organization_id=town.centre.pk, text="周五前报路灯清单", due_at=due, now=NOW)
    begin(town).to("dispatched")
    town.login(client, "qian")
    assert client.get(f"/queue/instructions/{given}/").status_code == 404
    assert client.get(f"/instructions/{given}/").status_code == 404
    town.login(client, "wang")
    for lane in ("", "?lane=instructions", "?lane=to_sign"):
        page = client.get(f"/queue/{lane}").content.decode()
        assert "周五前报路灯清单" in page
        assert "待签收" not in page
    listed = client.get("/instructions/").content.decode()
    assert "周五前报路灯清单" in listed
    answer = client.post(f"/queue/instructions/{given}/", {"text": "清单已报", "once_key": KEY})
    assert client.get(answer.url).status_code == 200
    assert Instruction.objects.get().answer == "清单已报"


@pytest.mark.capability("C34")
def test_a_section_that_is_cut_says_so_and_leads_to_the_worklist(client, town, monkeypatch):
    ways = [begin(town).to("dispatched") for _ in range(3)]
    monkeypatch.setattr("jishi.matters.queries.desks.SHOWN", 2)
    monkeypatch.setattr("jishi.web.queue.views.SHOWN", 2)
    town.login(client, "chen")
    page = client.get("/queue/").content.decode()
    assert '<span class="count">2+</span>' in page
    more = html.unescape(re.search(r'class="queue-cut">.*?href="([^"]+)"', page)[1])
    worklist = client.get(more).content.decode()
    assert all(way.receipt.number in worklist for way in ways)
    for shown in (3, 4):  # as many as there are is not more than there are
        monkeypatch.setattr("jishi.matters.queries.desks.SHOWN", shown)
        monkeypatch.setattr("jishi.web.queue.views.SHOWN", shown)
        whole = client.get("/queue/").content.decode()
        assert '<span class="count">3</span>' in whole
        assert "queue-cut" not in whole
    monkeypatch.undo()
    whole = client.get("/queue/").content.decode()
    assert '<span class="count">3</span>' in whole
    assert "queue-cut" not in whole


@pytest.mark.capability("C39", "K25-I1")
def test_an_instruction_is_answered_once_by_its_unit(client, town):
    due = NOW + dt.timedelta(days=3)
    given = instruct(by=town.zhang, organization_id=town.city_management.pk, text="三日内解决", due_at=due, now=NOW)
    town.login(client, "he")
    assert client.get(f"/queue/instructions/{given}/").status_code == 404
    town.login(client, "chen")
    assert "三日内解决" in client.get("/queue/?lane=instructions").content.decode()
    address = f"/queue/instructions/{given}/"
    assert client.post(address, {"text": "", "once_key": KEY}).status_code == 422
    assert client.post(address, {"text": "已安排抢修", "once_key": KEY}).status_code == 302
    assert client.post(address, {"text": "再答一次", "once_key": "x" * 16}).status_code == 409
    assert Instruction.objects.get().answer == "已安排抢修"


def test_the_inbox_is_ones_own_and_can_be_read(client, town):
    begin(town)
    work()
    town.login(client, "qian")
    assert "登记" in client.get("/notices/").content.decode()
    assert unread_count(town.person("qian").pk) == 1
    client.post("/notices/read/")
    assert unread_count(town.person("qian").pk) == 0
    town.login(client, "sun")
    assert "还没有通知" in client.get("/notices/").content.decode()
    assert client.get("/notices/?before=abc").status_code == 422
