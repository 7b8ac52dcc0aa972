"""Each person's main pages: Chinese, no wider than the screen, all of it within reach of the Tab key."""

import pytest
from django.utils import timezone

from tests.matters.town import begin

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

PAGES = {
    "": ("/", "/report/", "/receipt/", "/login/"),
    "li": ("/day/", "/day/register/", "/desk/", "/notices/", "/registers/", "/registers/enter/", "/registers/due/"),
    "zhou": ("/day/", "/desk/", "/queue/", "/matters/new/", "/instructions/", "/registers/conflicts/"),
    "wang": ("/desk/", "/desk/?lane=closed", "/matters/new/", "/notices/"),
    "chen": ("/queue/", "/queue/?lane=working", "/instructions/"),
    "zhang": ("/overview/", "/overview/matters/", "/instructions/", "/instructions/new/"),
    "zhao": ("/people/", "/people/new/", "/place/", "/audit/", "/audit/verify/"),
    "wu": ("/audit/", "/audit/verify/"),
}
# What is Latin on purpose: the keyboard, the short names of things that have no others, names of the cast.
KNOWN = {"ctrl", "esc", "enter", "gps", "sms", "api", "pdf", "csv", "xlsx", "matter", "open311", "yaml", "shifeng"}
KNOWN |= {"wang", "zhou", "chen", "zhang", "zhao", "sun", "qian"}


@pytest.mark.parametrize("who", list(PAGES))
@pytest.mark.capability("C95")
def test_the_pages_fit_the_phone_speak_chinese_and_are_walked_by_keyboard(visitor, county, who):
    now = timezone.now()
    for stage in ("registered", "dispatched", "handling", "verifying", "closed"):
        way = begin(county, text=f"{'很长的标题' * 9}{stage[:2]}", now=now)
        if stage != "registered":
            way.to(stage)
    page = visitor(who, phone=True)
    own = [f"/matters/{way.receipt.number}/"] if who in {"li", "zhou", "wang", "chen", "zhang"} else []
    for address in (*PAGES[who], *own):
        page.opens(address).reaches_everything_by_tab()
        assert page.words_not_chinese(KNOWN) == [], address
