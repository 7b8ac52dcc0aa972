"""Three days without a network: what was registered on the phone arrives, all of it, once each."""

import datetime as dt
import io
from typing import Any

import pytest
from PIL import Image

from jishi.matters.models import Matter, Photo, Step
from tests.journeys.conftest import CHROMIUM, log_in

pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not CHROMIUM, reason="no browser on this machine"),
]
BATCH = 20

# The server takes the report and the line breaks before its answer is back: the first time for each.
LOSE_FIRST_ANSWERS = """
    const carry = window.fetch.bind(window);
    const seen = (window.lost = new Set(JSON.parse(sessionStorage.getItem("lost") || "[]")));
    window.fetch = async (address, options) => {
      const answer = await carry(address, options);
      const key = options?.method === "POST" && options.headers["Idempotency-Key"];
      if (!key || seen.has(key)) return answer;
      seen.add(key);
      sessionStorage.setItem("lost", JSON.stringify([...seen]));
      throw new TypeError("Failed to fetch");
    };
"""


def picture(shade: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (320, 240), (shade, 120, 160)).save(held, "JPEG")
    return held.getvalue()


def wait_for_worker(tab: Any) -> None:
    """Until the service worker has kept the two pages."""
    tab.evaluate(
        """async () => {
             await navigator.serviceWorker.ready;
             const kept = async () => (await (await caches.open("jishi-pages")).keys()).length;
             while ((await kept()) < 2) await new Promise((done) => setTimeout(done, 50));
           }"""
    )


def waiting(tab: Any) -> int:
    return int(tab.evaluate("document.body.dataset.waiting ?? 0"))


def wait_until_waiting(tab: Any, count: int) -> None:
    tab.wait_for_function("(count) => document.body.dataset.waiting === String(count)", arg=count, timeout=60_000)


def enter(tab: Any, words: str, shade: int | None = None) -> None:
    tab.goto("/day/register/")
    tab.locator("#phone_text").fill(words)
    if shade is not None:
        files = [{"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": picture(shade)}]
        tab.locator("#phone_photos").set_input_files(files)
        tab.locator(".photo-list li").wait_for()
    tab.click("#phone-register [type=submit]")
    tab.locator("[data-done]:visible, [data-refusal]:visible").first.wait_for()


@pytest.mark.capability("C95", "C33", "C54", "K22-B8")
def test_twenty_reports_survive_three_days_without_network_and_arrive_once_each(phone, town):
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    wait_for_worker(tab)

    context.set_offline(True)
    tab.clock.install(time=dt.datetime(2026, 11, 18, 9, 0))
    for number in range(BATCH):
        enter(tab, f"第{number + 1:02}件 楼道里堆了杂物", shade=number * 10)
        assert tab.get_by_text("已存在本机").is_visible()
    tab.goto("/day/")
    assert "离线，内容截至" in tab.locator("[data-offline-bar]").inner_text()
    assert tab.get_by_text(f"待发送 {BATCH} 件").is_visible()
    assert Matter.objects.count() == 0

    context = phone()  # the phone was switched off
    tab = context.pages[0]
    context.set_offline(True)
    tab.clock.install(time=dt.datetime(2026, 11, 21, 9, 5))  # 72 hours later
    tab.goto("/day/")
    wait_until_waiting(tab, BATCH)

    context.add_init_script(LOSE_FIRST_ANSWERS)
    context.set_offline(False)
    for _ in range(BATCH + 2):  # every first answer is lost; the next look at the phone sends again
        tab.goto("/day/")
        tab.get_by_text("现在没有网络").or_(tab.get_by_text(f"近三天已送达 {BATCH} 件")).wait_for(timeout=60_000)
        if waiting(tab) == 0:
            break
    assert waiting(tab) == 0

    rows = list(Matter.objects.order_by("id"))
    assert [row.title for row in rows] == [f"第{number + 1:02}件 楼道里堆了杂物" for number in range(BATCH)]
    assert len(tab.evaluate("[...window.lost]")) == BATCH
    assert len({row.number for row in rows}) == BATCH
    assert {row.unit_id for row in rows} == {town.grid.pk}
    assert Photo.objects.count() == BATCH
    first_lines = Step.objects.filter(name="register")
    assert first_lines.count() == BATCH
    assert all("录入时间" in line.note and "entered_at" in line.facts["origin"] for line in first_lines)


@pytest.mark.capability("C33", "C54", "C95")
def test_with_a_network_the_number_comes_at_once(phone, town):
    tab = phone().pages[0]
    log_in(tab, "li")
    tab.goto("/day/register/")
    tab.locator("#phone_text").fill("3栋门口的路灯不亮")
    tab.click(".switch")
    tab.locator("#phone_settled_note").fill("已换灯泡，当场亮了")
    tab.click("[data-locate]")
    tab.get_by_text("已标出位置").wait_for()
    tab.click("#phone-register [type=submit]")
    tab.get_by_text("登记成功").wait_for()
    row = Matter.objects.get()
    assert tab.get_by_text(row.number).first.is_visible()
    assert (row.stage, row.handled_by_id) == ("verifying", town.li.person_id)
    assert row.longitude == pytest.approx(113.1203)
    assert waiting(tab) == 0
    tab.goto("/day/register/")
    assert tab.locator("#phone_text").input_value() == ""  # nothing of it is left as a draft


@pytest.mark.capability("C95")
def test_a_refused_report_stays_with_its_reason_and_can_be_corrected(phone, town):
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    wait_for_worker(tab)
    context.set_offline(True)
    tab.goto("/day/register/")
    tab.locator("#phone_text").fill("垃圾满溢")
    tab.click(".more-fields summary")
    tab.locator("#phone_reporter_phone").fill("不方便说的号码")
    tab.click("#phone-register [type=submit]")
    tab.get_by_text("已存在本机").wait_for()
    enter(tab, "另一件照常的事")
    context.set_offline(False)
    tab.goto("/day/")
    wait_until_waiting(tab, 1)
    assert [row.title for row in Matter.objects.all()] == ["另一件照常的事"]
    tab.get_by_role("link", name="修改").click()
    phone_field = tab.locator("#phone_reporter_phone")
    tab.get_by_text("电话号码只能有数字").first.wait_for()
    assert tab.locator("#phone_text").input_value() == "垃圾满溢"
    if not phone_field.is_visible():
        tab.click(".more-fields summary")
    phone_field.fill("073155550100")
    tab.click("#phone-register [type=submit]")
    tab.get_by_text("登记成功").wait_for()
    assert Matter.objects.count() == 2
    assert waiting(tab) == 0


@pytest.mark.capability("C95")
def test_an_expired_login_keeps_the_queue_and_another_person_neither_sees_nor_sends_it(phone, town):
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    wait_for_worker(tab)
    context.set_offline(True)
    enter(tab, "小李录入的事")
    context.clear_cookies()
    context.set_offline(False)
    tab.get_by_text("登录已过期").wait_for()
    assert Matter.objects.count() == 0

    log_in(tab, "sun")  # a colleague borrows the phone
    wait_for_worker(tab)
    tab.goto("/day/register/")
    assert waiting(tab) == 0
    assert tab.locator("[data-outbox]").is_hidden()
    context.set_offline(True)
    tab.goto("/day/")
    assert tab.locator("body").get_attribute("data-person") == str(town.sun.person_id)
    context.set_offline(False)
    assert Matter.objects.count() == 0

    log_in(tab, "li")
    wait_until_waiting(tab, 0)
    assert Matter.objects.get().registered_by_id == town.li.person_id


@pytest.mark.capability("C95")
def test_logging_out_warns_while_something_waits(phone, town):
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    wait_for_worker(tab)
    context.set_offline(True)
    enter(tab, "还没有送出的事")
    said: list[str] = []

    def stay(dialog: Any) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    tab.on("dialog", stay)
    tab.click(".phone-me summary")
    tab.click("form[data-forget] button")
    assert said == ["还有 1 件登记没有发送。退出后仍存在本机，只有您再次登录才能发送。确定退出？"]
    assert "/day/register/" in tab.url
    assert waiting(tab) == 1


def test_what_cannot_be_opened_without_a_network_says_so(phone, town):
    context = phone()
    tab = context.pages[0]
    log_in(tab, "li")
    wait_for_worker(tab)
    context.set_offline(True)
    tab.goto("/matters/SF261118-0000-0000-0/")
    assert tab.get_by_text("没有网络，这一页打不开").is_visible()
    tab.get_by_role("link", name="登记", exact=True).click()
    assert tab.locator("#phone_text").is_visible()
