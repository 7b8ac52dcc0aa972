"""An order from the resident's wish to the resident's word, and everything that can go wrong on the way."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jishi.accounts.models import Person, Posting
from jishi.accounts.queries import viewer_of
from jishi.audit.queries import verify
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from jishi.orders.actions.overdue import give_back_overdue
from jishi.orders.models import Order, Rating, ServiceOffer, Step
from jishi.orders.queries.invariants import broken_invariants
from jishi.orders.queries.orders import detail, hall, hall_counts, queue, receipt
from jishi.orders.rules.stages import CLOSED, OFFICIAL, QUEUE, WITH_UNIT, Stage
from jishi.orders.rules.steps import STEPS, Holder
from jishi.orders.rules.vocabulary import OrderChannel
from tests.cast import NOW, SINCE, TODAY
from tests.orders.counter import PHONE, Way, at, begin, offer, order

pytestmark = pytest.mark.django_db

ENOUGH = {
    "dispatch": {"offer_id": "plumber"},
    "redispatch": {"offer_id": "plumber", "note": "改派"},
    "return": {"note": "人手不够"},
    "complete": {"note": "已办完"},
    "rate": {"solved": True, "satisfied": 4},
    "cancel": {"note": "居民已去世，家属来电取消"},
}


def enough(town, step):
    return {
        name: getattr(town, value).pk if name == "offer_id" else value for name, value in ENOUGH.get(step, {}).items()
    }


@pytest.mark.capability("C37", "K21-I1")
def test_an_order_goes_from_the_wish_to_the_word_of_the_one_who_ordered(town):
    way = begin(town).to("rated")
    row = way.row
    assert [step.target for step in Step.objects.order_by("seq")] == [
        "placed", "offered", "taken", "serving", "served", "rated",
    ]  # fmt: skip
    assert (row.holder_id, row.closed_at, row.server) == (None, NOW, "党员刘师傅")
    assert Rating.objects.get().satisfied == 5
    assert list(OFFICIAL) == ["点单", "派单", "接单", "办理", "评单"]
    assert list(broken_invariants(now=NOW)) == []
    assert not verify().breaks


@pytest.mark.capability("K21-I1", "K21-I2")
@pytest.mark.parametrize("stage", list(Stage))
def test_from_every_stage_every_step_does_what_the_table_says_and_nothing_else(town, stage):
    """The whole table: what is offered is done and leads where it says; all else is refused and writes nothing."""
    for name, step in STEPS.items():
        if step.holder is Holder.SYSTEM:
            continue
        with transaction.atomic():
            way = at(town, stage)
            who = {Holder.COMMUNITY: "zhou", Holder.UNIT: "chen", Holder.ORDERER: None}[step.holder]
            if stage in step.sources:
                assert way.take(name, who, **enough(town, name)).stage is step.target
            else:
                before = Step.objects.count()
                with pytest.raises(DomainError):
                    way.take(name, who, **enough(town, name))
                assert Step.objects.count() == before
            assert list(broken_invariants(now=NOW)) == [], (stage, name)
            transaction.set_rollback(True)


@pytest.mark.capability("K21-I2")
@pytest.mark.parametrize("stage", list(Stage))
def test_the_order_lies_in_exactly_one_hand(town, stage):
    row = at(town, stage).row
    hands = {town.community_office.pk} if stage in QUEUE | {Stage.SERVED} else set()
    hands |= {town.city_management.pk} if stage in WITH_UNIT else set()
    assert {row.holder_id} == (hands or {None})
    for wrong in {None, town.community_office.pk, town.city_management.pk, town.water.pk} - {row.holder_id}:
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=row.pk).update(holder=wrong)
    assert stage in CLOSED or row.holder_id is not None


@pytest.mark.capability("C37", "K21-I3", "K21-B1")
def test_an_order_nobody_accepts_goes_back_to_the_community_and_stands_on_top(town):
    way = begin(town).to("offered")
    other = begin(town, now=NOW - dt.timedelta(hours=1))
    due = way.row.due_at
    assert give_back_overdue(now=due - dt.timedelta(seconds=1)) == 0
    assert give_back_overdue(now=due) == 1
    row = way.row
    assert (row.stage, row.holder_id, row.returns, row.taker_id) == ("returned", town.community_office.pk, 1, None)
    line = Step.objects.filter(order=row).last()
    assert (line.name, line.by_name) == ("lapse", "系统")
    assert "区城市管理局没有在期限内接单，自动退回社区" in line.note
    assert [one["number"] for one in hall(town.zhou, "queue")] == [row.number, other.receipt.number]
    assert hall_counts(town.zhou)["queue"] == 2
    assert queue(town.chen, "offered") == []
    with pytest.raises(Invalid, match="请改派其他单位"):
        way.take("dispatch", "zhou", offer_id=town.haircut.pk)
    way.take("dispatch", "zhou", offer_id=town.plumber.pk)
    assert way.row.holder_id == town.water.pk
    assert list(broken_invariants(now=due)) == []


@pytest.mark.capability("K21-I3")
def test_the_time_to_accept_is_counted_in_office_hours(town):
    friday = dt.datetime(2026, 11, 20, 16, 30, tzinfo=NOW.tzinfo)
    way = begin(town, now=friday, wished_on=dt.date(2026, 11, 25)).to("offered")
    assert way.row.due_at == dt.datetime(2026, 11, 23, 16, 30, tzinfo=NOW.tzinfo)
    assert "7个工作时内接单" in way.row.due_reason


@pytest.mark.capability("K21-I3")
def test_nothing_but_what_waits_to_be_accepted_is_given_back(town):
    ServiceOffer.objects.update(at_once=9, per_day=9)
    for stage in set(Stage) - {Stage.OFFERED}:
        at(town, stage)
    assert give_back_overdue(now=NOW + dt.timedelta(days=60)) == 0


@pytest.mark.capability("K21-I4")
def test_a_unit_serves_no_more_at_once_than_it_can_until_one_is_done(town):
    ways = [begin(town, wished_on=TODAY + dt.timedelta(days=n)).to("offered") for n in range(3)]
    ways[0].take("accept", "chen")
    ways[1].take("accept", "chen")
    with pytest.raises(Conflict, match="已满2单"):
        ways[2].take("accept", "chen")
    assert ways[2].row.stage == "offered"
    ways[0].take("complete", "chen", note="已办完")
    ways[2].take("accept", "chen")
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceOffer.objects.filter(pk=town.repair.pk).update(taken=3)
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("K21-I4")
def test_a_day_takes_no_more_orders_than_the_unit_said(town):
    ServiceOffer.objects.filter(pk=town.repair.pk).update(per_day=1)
    first, second = begin(town).to("served"), begin(town).to("offered")
    with pytest.raises(Conflict, match="11月20日已接满1单"):
        second.take("accept", "chen")
    assert ServiceOffer.objects.get(pk=town.repair.pk).taken == 0
    begin(town, wished_on=TODAY).to("taken")
    assert first.row.stage == "served"
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("K21-I4")
@pytest.mark.parametrize(("step", "who"), [("return", "chen"), ("redispatch", "zhou"), ("cancel", "zhou")])
def test_what_is_given_back_frees_its_place_and_its_day(town, step, who):
    ServiceOffer.objects.filter(pk=town.repair.pk).update(per_day=1, at_once=1)
    begin(town).to("taken").take(step, who, **enough(town, step))
    begin(town).to("taken")
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("K21-I5")
def test_nobody_rates_but_who_ordered_and_only_once(town):
    way = begin(town).to("served")
    for who in ("zhou", "chen"):
        with pytest.raises(Forbidden, match="居民本人"):
            way.take("rate", who, solved=True, satisfied=5)
    with pytest.raises(NotFound):
        way.take("rate", "he", solved=True, satisfied=5)
    stranger = Way(town, type(way.receipt)(way.receipt.number, "0000-0000", way.receipt.order_id))
    with pytest.raises(NotFound):
        stranger.take("rate", None, solved=True, satisfied=5)
    way.take("rate", None, solved=False, satisfied=2, note="还在滴水")
    with pytest.raises(Conflict):
        way.take("rate", None, solved=True, satisfied=5)
    assert Rating.objects.get().comment == "还在滴水"


@pytest.mark.capability("K21-I5", "C95")
def test_who_wrote_it_down_for_a_resident_without_a_phone_rates_for_them(town):
    way = begin(town, by=town.zhou, channel=OrderChannel.DESK, phone="").to("served")
    assert way.take("rate", "zhou", solved=True, satisfied=4).stage is Stage.RATED
    assert Rating.objects.get().by_id == town.person("zhou").pk


@pytest.mark.capability("K21-B2")
def test_of_a_unit_that_accepts_and_a_community_that_sends_elsewhere_the_first_wins(town):
    way = begin(town).to("offered")
    seen = way.row.version
    way.take("redispatch", "zhou", version=seen, offer_id=town.plumber.pk, note="更近")
    with pytest.raises((Conflict, NotFound)):
        way.take("accept", "chen", version=seen)
    way.take("accept", "he")
    assert way.row.holder_id == town.water.pk


@pytest.mark.capability("K21-B3")
@pytest.mark.parametrize("stage", ["placed", "returned", "offered", "taken", "serving"])
def test_an_order_whose_resident_died_is_cancelled_by_the_community_with_the_reason(town, stage):
    way = at(town, stage)
    with pytest.raises(Invalid, match="说明"):
        way.take("cancel", "zhou")
    way.take("cancel", "zhou", note="居民已去世，家属来电取消")
    assert "家属来电取消" in receipt(way.receipt.number).lines[-1]["note"]
    assert ServiceOffer.objects.get(pk=town.repair.pk).taken == 0


@pytest.mark.capability("K21-B4")
def test_the_price_is_the_one_the_resident_was_shown(town):
    with pytest.raises(Conflict, match="20元"):
        order(town, price_fen=1000)
    way = begin(town)
    shown = receipt(way.receipt.number)
    assert (shown.price_fen, shown.price_note) == (2000, "材料费另计")
    ServiceOffer.objects.filter(pk=town.plumber.pk).update(price_fen=9900)
    with pytest.raises(Invalid, match="价格高于居民点单时看到的（20元）"):
        way.take("dispatch", "zhou", offer_id=town.plumber.pk)


@pytest.mark.capability("K21-B5")
def test_the_staff_of_a_unit_cannot_order_from_their_own_unit(town):
    with pytest.raises(Invalid, match="本单位人员"):
        order(town, by=town.chen)
    Person.objects.filter(pk=town.person("chen").pk).update(phone="00088880001")
    with pytest.raises(Invalid, match="本单位人员"):
        order(town)
    way = begin(town, offer=town.plumber)
    with pytest.raises(Invalid, match="本单位人员"):
        way.take("dispatch", "zhou", offer_id=town.haircut.pk)
    order(town, by=town.he, phone="000-7777-0001")


@pytest.mark.capability("K21-B5")
def test_a_community_worker_writes_no_order_down_that_goes_to_the_own_office(town):
    town.reading = ServiceOffer.objects.create(
        organization=town.community_office, area=town.community, name="代读信件", kind="errand", what="代读",
        price_fen=0, at_once=1, per_day=1, valid_from=SINCE,
    )  # fmt: skip
    with pytest.raises(Invalid, match="本单位人员"):
        order(town, offer=town.reading, by=town.zhou, channel=OrderChannel.PHONE)
    order(town, offer=town.reading)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("wished_on", {"wished_on": TODAY - dt.timedelta(days=1)}),
        ("wished_on", {"wished_on": TODAY + dt.timedelta(days=31)}),
        ("phone", {"phone": ""}),
        ("phone", {"phone": "打我微信"}),
        ("place", {"place": " \x00 "}),
        ("text", {"text": "长" * 1001}),
        ("name", {"name": "长" * 61}),
        ("offer_id", {"offer_id": 999_999}),
        ("unit_id", {"unit_id": 999_999}),
    ],
)
def test_what_cannot_be_used_is_named(town, field, more):
    with pytest.raises(Invalid) as refusal:
        order(town, **more)
    assert refusal.value.field == field
    assert not Order.objects.exists()


def test_a_place_above_the_communities_has_nobody_to_send_an_order(town):
    with pytest.raises(Invalid, match="社区"):
        order(town, unit_id=town.town.pk)


def test_a_service_that_does_not_reach_the_community_is_not_ordered_there(town):
    ServiceOffer.objects.filter(pk=town.repair.pk).update(area=town.other_town)
    with pytest.raises(Invalid, match="不到您所在的社区"):
        order(town)
    way = begin(town, offer=town.plumber)
    with pytest.raises(Invalid, match="不到居民所在的社区"):
        way.take("dispatch", "zhou", offer_id=town.repair.pk)


def test_a_community_orders_only_for_its_own_residents_and_a_unit_for_nobody(town):
    with pytest.raises(Invalid, match="本社区"):
        order(town, by=town.zhou, channel=OrderChannel.DESK, unit_id=_with_office(town).pk)
    for who in (town.chen, town.li, town.wang):
        with pytest.raises(Forbidden):
            order(town, by=who, channel=OrderChannel.DESK, offer=town.plumber)
    with pytest.raises(Forbidden):
        order(town, channel=OrderChannel.PHONE)


def _with_office(town):
    from jishi.organizations.models import Organization
    from tests.matters.town import forget

    Organization.objects.create(
        code="SQ-YF", name="映峰社区两委", short_name="映峰", kind="community_office", unit=town.other_community,
        valid_from=SINCE,
    )  # fmt: skip
    forget()
    return town.other_community


@pytest.mark.capability("C92")
def test_a_neighbouring_community_and_other_units_know_nothing_of_an_order(town):
    other = _with_office(town)
    stranger = Person.objects.create(username="zheng", name="老郑")
    office = type(town.community_office).objects.get(code="SQ-YF")
    Posting.objects.create(person=stranger, role="community", unit=other, organization=office, valid_from=SINCE)
    neighbour = viewer_of(stranger.pk, TODAY)
    way = begin(town).to("offered")
    for who in (neighbour, town.he):
        with pytest.raises(NotFound):
            detail(who, way.receipt.number)
        with pytest.raises(NotFound):
            way.take("cancel", who, note="x")
    for who in (town.li, town.wang, town.zhang, town.zhao):
        with pytest.raises(Forbidden):
            detail(who, way.receipt.number)
    assert hall(neighbour, "offered") == []


@pytest.mark.capability("C94")
def test_the_telephone_is_whole_only_for_who_sends_and_for_who_has_accepted(town):
    way = begin(town).to("offered")
    number = way.receipt.number

    def phone(who):
        return detail(who, number).order["orderer__phone"]

    assert (phone(town.zhou), phone(town.chen)) == (PHONE, "000****0001")
    way.take("accept", "chen")
    assert phone(town.chen) == PHONE
    assert queue(town.chen, "working")[0]["orderer__phone"] == "000****0001"
    way.take("complete", "chen", note="已办完")
    assert phone(town.chen) == "000****0001"
    assert PHONE not in repr(receipt(number))
    assert "刘奶奶" not in repr(receipt(number))


@pytest.mark.capability("K21-I1")
def test_history_only_grows_and_a_row_changed_behind_it_is_found(town):
    way = begin(town).to("offered")
    for change in (Step.objects.update, lambda **_: Step.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change(note="改")
    Order.objects.update(price_fen=1)
    assert any("重放结果不一致：price_fen" in one for one in broken_invariants(now=NOW))
    Order.objects.update(price_fen=2000)
    ServiceOffer.objects.filter(pk=town.repair.pk).update(taken=1)
    assert any("记着在办1单" in one for one in broken_invariants(now=NOW))
    late = NOW + dt.timedelta(days=9)
    assert any("jishi worker" in one for one in broken_invariants(now=late))
    assert way.row.version == 2


def test_a_step_that_is_given_what_it_does_not_take_is_refused(town):
    way = begin(town)
    with pytest.raises(Invalid, match="不需要这一项"):
        way.take("cancel", "zhou", note="x", satisfied=3)
    with pytest.raises(Invalid, match="没有这个步骤"):
        way.take("lapse", "zhou")


@pytest.mark.capability("C37", "K21-I3")
@pytest.mark.parametrize("step", ["dispatch", "redispatch"])
def test_another_kind_of_service_than_was_ordered_is_sent_with_a_reason_the_resident_reads(town, step):
    errand = offer(town.water, town.county, "社保代办", kind="errand")
    way = begin(town) if step == "dispatch" else begin(town).to("offered")
    with pytest.raises(Invalid) as refused:
        way.take(step, "zhou", offer_id=errand.pk)
    assert refused.value.field == "note"
    way.take(step, "zhou", offer_id=errand.pk, note="水电已停，先代办缴费")
    line = receipt(way.receipt.number).lines[-1]
    assert line["note"] == "派了另一类服务“社保代办”，理由：水电已停，先代办缴费"
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("C37")
def test_what_the_community_writes_to_a_unit_of_the_same_kind_stays_between_them(town):
    way = begin(town)
    way.take("dispatch", "zhou", offer_id=town.plumber.pk, note="老人耳背，请敲门")
    assert receipt(way.receipt.number).lines[-1]["note"] == ""
