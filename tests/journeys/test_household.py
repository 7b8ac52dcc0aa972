"""A household is entered at its door, in the hand: one screen, one button a person, no more to type than is asked."""

import pytest

from jishi.registers.models import Household, Membership
from tests.journeys.conftest import CHROMIUM, fits, log_in
from tests.registers.town import citizen_number

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no browser on this machine"),
]
MOST_FIELDS = 14  # typed or chosen for a family of three; at a dozen seconds each that is under three minutes


class Hand:
    """Fills in fields and counts them."""

    def __init__(self, tab):
        self.tab, self.fields = tab, 0

    def types(self, name, text):
        self.tab.locator(f"[name='{name}']").fill(text)
        self.fields += 1

    def chooses(self, name, value):
        self.tab.locator(f"[name='{name}']").select_option(value)
        self.fields += 1


@pytest.mark.capability("C24", "C95")
def test_a_family_of_three_is_entered_on_one_screen_of_a_phone(phone, town):
    tab = phone().pages[0]
    log_in(tab, "li")
    tab.get_by_role("link", name="住户").tap()
    tab.get_by_role("link", name="登记住户").first.tap()
    hand = Hand(tab)
    hand.types("door", "3栋2单元502")
    hand.types("people-0-name", "张清晓")
    hand.types("people-0-document_number", citizen_number())
    hand.types("people-0-phone", "13800131234")
    tab.get_by_role("button", name="再加一人").tap()
    tab.locator("[name='people-1-name']").wait_for()
    hand.types("people-1-name", "李月禾")
    hand.types("people-1-document_number", citizen_number("19870402", 22))
    tab.get_by_role("button", name="再加一人").tap()
    tab.locator("[name='people-2-name']").wait_for()
    hand.types("people-2-name", "张星野")
    hand.chooses("people-2-relation", "son")
    hand.types("people-2-document_number", citizen_number("20150601", 33)[:-1] + "?")
    assert fits(tab)
    tab.get_by_role("button", name="登记", exact=True).tap()
    tab.get_by_text("身份证号码应为18位").first.wait_for()
    assert tab.locator("[name='people-0-name']").input_value() == "张清晓", "nothing typed is lost"
    hand.types("people-2-document_number", citizen_number("20150601", 33))
    with tab.expect_navigation():
        tab.get_by_role("button", name="登记", exact=True).tap()
    assert hand.fields <= MOST_FIELDS
    assert Household.objects.count() == 1
    assert Membership.objects.count() == 3
    tab.get_by_role("heading", name="张清晓户").wait_for()
    assert fits(tab)
    assert "138****1234" in tab.content()


def test_a_number_is_looked_at_for_a_purpose_and_shown_once(phone, town):
    from tests.registers.town import enter, person, resident

    entered = enter(town, person("张清晓", phone="13800131234"))
    tab = phone().pages[0]
    log_in(tab, "li")
    tab.goto(f"/registers/resident/{resident(entered).pk}/")
    tab.get_by_text("查看完整号码").tap()
    with tab.expect_navigation():
        tab.get_by_role("button", name="查看", exact=True).tap()
    tab.get_by_text("13800131234").wait_for()
    tab.goto(f"/registers/resident/{resident(entered).pk}/")
    assert "13800131234" not in tab.content()
