"""Menus of services: what a place brings along, what a unit says itself, and what is refused."""

import pytest

from jishi.kernel.errors import Forbidden, NotFound
from jishi.orders.actions.offers import add_offer, change_offer, load_offers
from jishi.orders.models import ServiceOffer
from jishi.orders.queries.offers import offer, offers
from jishi.orders.rules.offers import OfferEntry, Terms, check_offers
from jishi.orders.rules.prices import price_words
from jishi.orders.rules.vocabulary import ServiceKind
from jishi.territory.rules.loading import LoadRefused
from tests.cast import NOW

ENTRY = OfferEntry("FW01", "CGJ", "doorstep", "开锁", "开门锁", "12.5", "", "2", "3", file="offers.csv", line=2)
TERMS = Terms("开锁", ServiceKind.DOORSTEP, "开门锁", 0, "", 2, 3)


def entry(**more):
    return OfferEntry(**{name: getattr(ENTRY, name) for name in ENTRY.__dataclass_fields__} | more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"code": ""}, "为空或重复"),
        ({"organization": "NOBODY"}, "没有代码为“NOBODY”的单位"),
        ({"area": "1"}, "没有代码为“1”的单元"),
        ({"kind": "wish"}, "类别或数字不对"),
        ({"price": "贵"}, "类别或数字不对"),
        ({"price": "20000"}, "价格应在"),
        ({"price": "-1"}, "价格应在"),
        ({"at_once": "0"}, "接单能力应在"),
        ({"per_day": ""}, "类别或数字不对"),
        ({"name": ""}, "服务名称"),
        ({"what": "长" * 301}, "服务内容"),
        ({"price_note": "长" * 61}, "价格说明"),
    ],
)
def test_every_bad_line_of_a_file_is_told_with_its_number(more, said):
    (problem,) = check_offers([entry(**more)], organization_codes=["CGJ"], unit_codes=["2"])
    assert (problem.file, problem.line) == ("offers.csv", 2)
    assert said in problem.reason


def test_a_code_stands_once_in_a_file():
    (problem,) = check_offers([ENTRY, entry(line=3)], organization_codes=["CGJ"], unit_codes=[])
    assert problem.line == 3


@pytest.mark.capability("K21-B4")
@pytest.mark.parametrize(("fen", "words"), [(0, "免费"), (2000, "20元"), (1250, "12.50元"), (5, "0.05元")])
def test_a_price_is_read_in_yuan(fen, words):
    assert price_words(fen) == words


@pytest.mark.django_db
@pytest.mark.capability("C37")
def test_a_place_adds_what_was_never_there_and_leaves_what_a_unit_has_changed(town):
    assert load_offers(entries=[ENTRY], by=town.zhao, now=NOW).new == 1
    row = ServiceOffer.objects.get(code="FW01")
    assert (row.price_fen, row.area_id, row.organization_id) == (1250, town.county.pk, town.city_management.pk)
    change_offer(offer_id=row.pk, terms=TERMS, by=town.chen, now=NOW)
    counts = load_offers(entries=[ENTRY, entry(code="FW02", name="配钥匙")], by=town.zhao, now=NOW)
    assert (counts.new, counts.changed, counts.unchanged) == (1, 0, 1)
    row.refresh_from_db()
    assert row.price_fen == 0
    with pytest.raises(LoadRefused):
        load_offers(entries=[entry(code="FW03", organization="X")], by=town.zhao, now=NOW)


@pytest.mark.django_db
def test_a_unit_adds_and_changes_only_its_own(town):
    with pytest.raises(Forbidden):
        add_offer(organization_id=town.water.pk, terms=TERMS, by=town.chen, now=NOW)
    with pytest.raises(Forbidden):
        add_offer(organization_id=town.water.pk, terms=TERMS, by=town.wang, now=NOW)
    with pytest.raises(NotFound):
        change_offer(offer_id=town.plumber.pk, terms=TERMS, by=town.chen, now=NOW)
    added = add_offer(organization_id=town.city_management.pk, terms=TERMS, by=town.chen, now=NOW)
    assert offer(added) in offers(town.community.path)
