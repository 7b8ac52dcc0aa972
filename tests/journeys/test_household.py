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
MOST_FIELDS = 11  # typed or chosen for a family of three with documents
MOST_TAPS = 5  # beside the fields: the list, the form, two more people, done
# A practised hand: seconds for a field of words, for an 18-digit number, for a tap. Together under three minutes.
SECONDS = {"words": 8, "number": 18, "tap": 3}


class Hand:
    """Fills in fields, taps, and counts what it takes."""

    def __init__(self, tab):
        self.tab, self.fields, self.taps, self.seconds = tab, 0, 0, 0

    def types(self, name, text):
        self.tab.locator(f"[name='{name}']").fill(text)
        self.fields += 1
        self.seconds += SECONDS["number" if len(text) > 15 and text[:-1].isdigit() else "words"]

    def chooses(self, name, value):
        self.tab.locator(f"[name='{name}']").select_option(value)
        self.fields += 1
        self.seconds += SECONDS["words"]

    def taps_on(self, found):
        found.tap()
        self.taps += 1
        self.seconds += SECONDS["tap"]

    def at(self):
        return self.tab.evaluate("document.activeElement.name")


@pytest.mark.capability("C24", "C95")
def test_a_family_of_three_is_entered_on_one_screen_of_a_phone(phone, town):
    tab = phone().pages[0]
    log_in(tab, "li")
    hand = Hand(tab)
    hand.taps_on(tab.get_by_role("link", name="住户"))
    hand.taps_on(tab.get_by_role("link", name="登记住户").first)
    hand.types("door", "3栋2单元502")
    hand.types("people-0-name", "张清晓")
    hand.types("people-0-document_number", citizen_number())
    hand.types("people-0-phone", "13800131234")
    for place, (name, document) in enumerate(
        (("李月禾", citizen_number("19870402", 22)), ("张星野", citizen_number("20150601", 33))), start=1
    ):
        hand.taps_on(tab.get_by_role("button", name="再加一人"))
        tab.locator(f"[name='people-{place}-name']:focus").wait_for()
        hand.types(f"people-{place}-name", name)
        hand.types(f"people-{place}-document_number", document)
    hand.chooses("people-2-relation", "son")
    assert fits(tab)
    with tab.expect_navigation():
        hand.taps_on(tab.get_by_role("button", name="登记", exact=True))
    assert hand.fields <= MOST_FIELDS
    assert hand.taps <= MOST_TAPS
    assert hand.seconds <= 180
    assert Household.objects.count() == 1
    assert Membership.objects.count() == 3
    tab.get_by_role("heading", name="张清晓户").wait_for()
    assert fits(tab)
    assert "138****1234" in tab.content()
    tab.get_by_role("link", name="登记下一户").tap()
    assert tab.locator("[name='door']").input_value() == "3栋2单元502"
    tab.locator("[name='door']").fill("3栋2单元502 ")
    tab.locator("[name='people-0-name']").focus()
    tab.get_by_text("这里已登记").wait_for()


@pytest.mark.capability("C24", "C95")
def test_nothing_typed_is_lost_when_it_is_refused_or_the_network_is_gone(phone, town):
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    tab.goto("/registers/enter/")
    hand = Hand(tab)
    hand.types("door", "3栋2单元502")
    tab.keyboard.press("Enter")
    assert hand.at() != "door", "Enter goes on and sends nothing"
    hand.types("people-0-name", "张清晓")
    hand.types("people-0-document_number", citizen_number()[:-1] + "?")
    context.set_offline(True)
    tab.get_by_role("button", name="登记", exact=True).tap()
    tab.get_by_text("现在没有网络").wait_for()
    assert tab.locator("[name='people-0-name']").input_value() == "张清晓"
    context.set_offline(False)
    tab.get_by_role("button", name="登记", exact=True).tap()
    tab.get_by_text("身份证号码应为18位").first.wait_for()
    assert tab.locator("[name='people-0-name']").input_value() == "张清晓"
    assert tab.locator("[name='door']").input_value() == "3栋2单元502"
    hand.types("people-0-document_number", citizen_number())
    with tab.expect_navigation():
        tab.get_by_role("button", name="登记", exact=True).tap()
    assert Household.objects.count() == 1


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
