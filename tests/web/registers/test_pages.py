"""The pages of the register: who sees what, whole numbers for a purpose only, and decisions between sources."""

import datetime as dt

import orjson
import pytest
from django.utils import timezone

from jishi.audit.models import Entry
from jishi.once.models import Reception
from jishi.registers.actions.values import give_values
from jishi.registers.models import Dwelling, Household, Premises, Provenance, Resident
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.vocabulary import RecordKind, Relation, Source, StayKind
from tests.matters.town import begin
from tests.registers.town import citizen_number, enter, household, person, resident

pytestmark = pytest.mark.django_db

PHONE = "13800131234"


def key(number=1):
    return f"11111111-2222-4333-8444-{number:012d}"


def family(town, **more):
    return enter(
        town,
        person("张清晓", document_number=citizen_number(), phone=PHONE),
        person("李月禾", Relation.SPOUSE, stays=(StayKind.USUAL,)),
        now=more.pop("now", timezone.now()),
        **more,
    )


def late(entered, days=200):
    Household.objects.filter(pk=entered.id).update(verified_on=timezone.localdate() - dt.timedelta(days=days))


@pytest.mark.capability("C24")
def test_from_a_household_one_reaches_house_people_and_premises_and_back(town, client):
    entered = family(town)
    page = town.login(client, "li")
    page.post(
        "/registers/premises/",
        {
            "once_key": key(),
            "unit_id": town.grid.pk,
            "name": "晨光超市",
            "kind": "shop",
            "door": "3栋2单元502",
            "source": "door",
        },
    )
    here = f"/registers/households/{entered.number}/"
    text = page.get(here).content.decode()
    person_url = f"/registers/resident/{entered.resident_ids[0]}/"
    home_url = f"/registers/dwelling/{entered.dwelling_id}/"
    shop_url = f"/registers/premises/{Premises.objects.get().pk}/"
    for reached in (person_url, home_url, shop_url):
        assert reached in text
    assert f"/desk/?unit={town.grid.pk}" in text
    assert f"/parts/?unit={town.grid.pk}" in text
    assert here in page.get(person_url).content.decode()
    assert here in page.get(home_url).content.decode()
    assert here in page.get(shop_url).content.decode()


@pytest.mark.capability("C24", "L05")
@pytest.mark.parametrize("who", ["sun", "wang", "chen", "zhang", "zhao", "wu", "qian"])
def test_nobody_else_sees_a_name(town, client, who):
    entered = family(town)
    page = town.login(client, who)
    for address in (
        "/registers/",
        "/registers/?show=residents",
        f"/registers/households/{entered.number}/",
        f"/registers/resident/{entered.resident_ids[0]}/",
        f"/registers/dwelling/{entered.dwelling_id}/",
    ):
        answer = page.get(address)
        assert "张清晓" not in answer.content.decode()
        assert answer.status_code in (200, 403, 404)


@pytest.mark.parametrize("search", ["张清晓", "清晓", "zqx", "1234", "3栋2单元", "H"])
def test_somebody_is_found_by_name_initials_phone_tail_and_door(town, client, search):
    entered = family(town)
    enter(town, person("孙行远", phone="13900005678"), door="9栋101")
    page = town.login(client, "li")
    text = page.get("/registers/", {"q": entered.number[:6] if search == "H" else search}).content.decode()
    assert "张清晓户" in text
    assert "孙行远户" not in text
    if search not in ("H", "3栋2单元"):
        people = page.get("/registers/", {"q": search, "show": "residents"}).content.decode()
        assert "张清晓" in people
        assert "孙行远" not in people


@pytest.mark.capability("L05", "C93")
def test_a_whole_number_is_shown_for_a_purpose_once_and_leaves_a_line(town, client):
    entered = family(town)
    page = town.login(client, "li")
    here = f"/registers/resident/{entered.resident_ids[0]}/"
    assert PHONE not in page.get(here).content.decode()
    sent = {"once_key": key(), "field": "phone", "purpose": "matter", "note": ""}
    refused = page.post(f"{here}reveal/", sent)
    assert refused.status_code == 422
    assert "受理编号" in refused.content.decode()
    assert PHONE not in refused.content.decode()
    sent["note"] = "SF261122-4827-1936-5"
    assert PHONE in page.post(f"{here}reveal/", sent).content.decode()
    assert PHONE not in page.post(f"{here}reveal/", sent, follow=True).content.decode(), "the same form shows it once"
    line = Entry.objects.get(action="registers.reveal")
    assert orjson.loads(line.facts) == {"field": "phone", "purpose": "matter", "note": "SF261122-4827-1936-5"}
    assert line.actor == "小李"
    assert not Reception.objects.filter(answer__contains=PHONE).exists()


def test_only_what_is_masked_can_be_asked_for(town, client):
    entered = family(town)
    page = town.login(client, "li")
    sent = {"once_key": key(), "field": "name", "purpose": "visit"}
    assert page.post(f"/registers/resident/{entered.resident_ids[0]}/reveal/", sent).status_code == 422
    sun = town.login(client, "sun")
    sent["field"] = "phone"
    assert sun.post(f"/registers/resident/{entered.resident_ids[0]}/reveal/", sent).status_code == 404


@pytest.mark.capability("C25", "K29-I6")
def test_a_record_past_its_period_is_a_task_on_the_day_page_until_it_is_verified(town, client):
    entered = family(town)
    page = town.login(client, "li")
    assert "到期待核实" not in page.get("/day/").content.decode()
    late(entered)
    day = page.get("/day/").content.decode()
    assert "到期待核实" in day
    assert "1 户" in day
    assert "/registers/due/" in day
    assert f"/registers/households/{entered.number}/" in page.get("/registers/due/").content.decode()
    here = f"/registers/households/{entered.number}/"
    assert "待核实" in page.get(here).content.decode()
    page.post(f"{here}verify/", {"once_key": key()})
    text = page.get(here).content.decode()
    assert "有效" in text
    assert "到期待核实" not in page.get("/day/").content.decode()
    assert household(entered).verified_by == "小李"
    assert "到期待核实" not in town.login(client, "sun").get("/day/").content.decode()


@pytest.mark.capability("C25", "K29-I6")
def test_a_rented_home_is_due_earlier(town, client):
    entered = family(town, home={"is_rented": "1"})
    late(entered, days=61)
    page = town.login(client, "li")
    assert f"/registers/households/{entered.number}/" in page.get("/registers/due/").content.decode()
    assert "待核实" in page.get(f"/registers/households/{entered.number}/").content.decode()
    Dwelling.objects.update(is_rented=False)
    assert "有效" in page.get(f"/registers/households/{entered.number}/").content.decode()
    assert "没有待核实" in page.get("/registers/due/").content.decode()


@pytest.mark.capability("C25", "K29-I3")
def test_two_sources_stand_side_by_side_and_a_person_decides(town, client):
    entered = family(town)
    now = timezone.now()
    give_values(
        kind=RecordKind.RESIDENT,
        record_id=entered.resident_ids[0],
        values={"name": "张清小"},
        origin=Origin(Source.POLICE, "2026年11月户籍数据"),
        by=town.zhou,
        now=now,
    )
    assert resident(entered).name == "张清晓", "nothing is overwritten"
    assert town.login(client, "li").get("/registers/conflicts/").status_code == 403
    page = town.login(client, "zhou")
    text = page.get("/registers/conflicts/").content.decode()
    assert text.index("张清晓") < text.index("张清小")
    assert "公安户籍（2026年11月户籍数据）" in text
    assert "上门采集" in text
    conflict = Provenance.objects.get(state="conflict")
    address = f"/registers/conflicts/{conflict.pk}/"
    refused = page.post(address, {"once_key": key(), "accept": "1", "reason": ""})
    assert refused.status_code == 422
    assert "请填写依据" in refused.content.decode()
    page.post(address, {"once_key": key(2), "accept": "1", "reason": "已看身份证原件"})
    assert resident(entered).name == "张清小"
    again = page.post(address, {"once_key": key(3), "accept": "0", "reason": "再想想"})
    assert again.status_code == 409
    assert "已由老周裁定" in again.content.decode()
    past = page.get(f"/registers/resident/{entered.resident_ids[0]}/").content.decode()
    assert "老周裁定：已看身份证原件" in past
    assert "张清晓" in past


@pytest.mark.capability("C25", "K29-I3")
def test_what_is_put_right_on_the_page_keeps_what_was_before(town, client):
    entered = family(town)
    page = town.login(client, "li")
    here = f"/registers/resident/{entered.resident_ids[1]}/"
    answer = page.post(here, {"once_key": key(), "name": "李月荷", "source": "door"}, follow=True)
    assert "已更新：姓名" in answer.content.decode()
    assert "曾用：李月禾" in answer.content.decode()
    answer = page.post(here, {"once_key": key(2), "name": "李月合", "source": "document"}, follow=True)
    assert "由社区裁定" in answer.content.decode()
    assert resident(entered, 1).name == "李月荷"
    answer = page.post(here, {"once_key": key(3), "name": "李月荷", "source": "self"}, follow=True)
    assert "没有改动" in answer.content.decode()
    assert page.post(here, {"once_key": key(4), "source": "self"}).status_code == 422
    assert page.post(here, {"once_key": key(5), "phone": "不知道", "source": "self"}).status_code == 422


def test_members_come_go_and_become_the_head(town, client):
    entered = family(town)
    page = town.login(client, "li")
    here = f"/registers/households/{entered.number}/"
    born = {"people-0-name": "张云舟", "people-0-relation": "daughter", "people-0-lives": "usual", "people-0-sex": "2"}
    born |= {"people-0-document_kind": "111", "source": "door"}
    assert page.get(f"{here}join/").status_code == 200
    assert page.post(f"{here}join/", {"once_key": key(), **born}).status_code == 302
    wrong = born | {"people-0-relation": "head", "once_key": key(2)}
    assert "已有户主" in page.post(f"{here}join/", wrong).content.decode()
    leaving = {"resident_id": entered.resident_ids[0], "reason": "moved"}
    refused = page.post(f"{here}leave/", {"once_key": key(3), **leaving})
    assert refused.status_code == 422
    assert "先更换户主" in refused.content.decode()
    head = {"resident_id": entered.resident_ids[1], "former": "spouse"}
    assert page.post(f"{here}head/", {"once_key": key(4), **head}).status_code == 302
    assert page.post(f"{here}leave/", {"once_key": key(5), **leaving}).status_code == 302
    text = page.get(here).content.decode()
    assert "李月禾户" in text
    assert "曾在本户" in text


def test_a_household_moves_and_ends(town, client):
    entered = family(town)
    page = town.login(client, "zhou")
    here = f"/registers/households/{entered.number}/"
    assert page.get(f"{here}move/").status_code == 200
    there = {"unit_id": town.next_grid.pk, "door": "5栋101", "stay": "rented", "source": "door", "is_rented": "on"}
    assert page.post(f"{here}move/", {"once_key": key(), **there, "door": ""}).status_code == 422
    assert page.post(f"{here}move/", {"once_key": key(2), **there}).status_code == 302
    text = page.get(here).content.decode()
    assert "5栋101" in text
    assert "人户分离" in text
    assert page.post(f"{here}end/", {"once_key": key(3), "reason": "moved"}).status_code == 302
    assert "注销：迁走" in page.get(here).content.decode()
    assert town.login(client, "li").get(here).status_code == 404


@pytest.mark.capability("K29-B3")
def test_a_house_is_demolished(town, client):
    entered = family(town)
    page = town.login(client, "li")
    home = f"/registers/dwelling/{entered.dwelling_id}/"
    assert page.post(f"{home}verify/", {"once_key": key()}).status_code == 302
    assert page.post(f"{home}end/", {"once_key": key(2), "reason": "demolished"}).status_code == 302
    assert Dwelling.objects.get().end_reason == "demolished"
    assert "住处待核实" in page.get(f"/registers/households/{entered.number}/").content.decode()
    refused = page.post(f"/registers/households/{entered.number}/verify/", {"once_key": key(3)})
    assert refused.status_code == 422
    assert "先登记现住的房屋" in refused.content.decode()


def test_premises_are_refused_with_a_code_that_cannot_be(town, client):
    page = town.login(client, "li")
    assert page.get("/registers/premises/").status_code == 200
    wrong = {"unit_id": town.grid.pk, "name": "甲", "kind": "shop", "door": "乙", "source": "door", "uscc": "9" * 18}
    answer = page.post("/registers/premises/", {"once_key": key(), **wrong})
    assert answer.status_code == 422
    assert "统一社会信用代码有一位不对" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/registers/ghost/1/", "/registers/resident/999999999/", "/registers/households/H0/", "/registers/dwelling/7/"],
)
def test_what_is_not_there_is_not_found(town, client, address):
    assert town.login(client, "li").get(address).status_code == 404


def test_somebody_only_registered_here_is_on_the_list_of_people(town, client):
    first = family(town)
    enter(
        town,
        person(document_number=citizen_number(), moves=True, stays=(StayKind.RENTED,)),
        by="sun",
        unit=town.next_grid,
        door="9栋101",
        now=timezone.now(),
    )
    text = town.login(client, "li").get("/registers/?show=residents").content.decode()
    assert "张清晓" in text
    assert Resident.objects.count() == 2
    home = client.get(f"/registers/dwelling/{first.dwelling_id}/").content.decode()
    assert "户籍在此，人在外" in home


@pytest.mark.capability("C24", "C05")
def test_from_a_matter_one_reaches_the_households_of_its_grid_and_of_its_door(town, client):
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.addresses.actions import create
    from jishi.addresses.rules.levels import Level

    now = timezone.now()
    building = create(level=Level.BUILDING, name="7栋", unit_id=town.grid.pk, by=SYSTEM, now=now)
    create(level=Level.ROOM, name="301室", parent_id=building.id, by=SYSTEM, now=now)
    entered = family(town, door="7栋301室")
    enter(town, person("孙行远"), door="8栋101")
    assert Dwelling.objects.get(pk=entered.dwelling_id).address_id is not None, "the door names one room"
    way = begin(town, text="楼道灯不亮", now=now)
    page = town.login(client, "li")
    assert f"/registers/?unit={town.grid.pk}" in page.get(f"/matters/{way.receipt.number}/").content.decode()
    text = page.get("/registers/", {"unit": town.grid.pk, "q": building.code}).content.decode()
    assert "张清晓户" in text
    assert "孙行远户" not in text
    assert "/registers/" not in town.login(client, "wang").get(f"/matters/{way.receipt.number}/").content.decode()
