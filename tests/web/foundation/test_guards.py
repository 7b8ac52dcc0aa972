from itertools import product

import pytest
from django.http import HttpResponse
from django.urls import reverse

from jishi.accounts.rules.roles import GRANTS, Permission, Role
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, TooLarge, TooMany
from jishi.web.guards import own_path, page

pytestmark = pytest.mark.django_db
KEY = "9a1f0c1e-0000-4000-8000-00000000000a"


def at_work(role: Role) -> Viewer:
    return Viewer(7, "小李", (Grant(role, 1, "石峰区", 0, "/1/"),))


def fine(request):
    return HttpResponse("好")


@pytest.mark.capability("C92")
@pytest.mark.parametrize(("permission", "role"), list(product([None, *Permission], [None, *Role])))
def test_a_page_opens_to_those_whose_posting_grants_it(ask, permission, role):
    viewer = None if role is None else at_work(role)
    response = page(permission=permission)(fine)(ask(viewer=viewer))
    granted = role is not None and (permission is None or permission in GRANTS[role])
    assert response.status_code == (302 if role is None else 200 if granted else 403)


def test_a_public_page_opens_to_everybody(ask):
    assert page(public=True)(fine)(ask()).status_code == 200


@pytest.mark.parametrize(
    ("method", "writes"), list(product(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"], [True, False]))
)
def test_a_page_takes_only_what_it_says_it_takes(ask, method, writes):
    response = page(public=True, writes=writes)(fine)(ask(method))
    taken = method in ("GET", "HEAD") or (method == "POST" and writes)
    assert response.status_code == (200 if taken else 405)
    assert taken or response.headers["Allow"] == ("GET, POST" if writes else "GET")


def test_who_is_not_logged_in_comes_back_after_logging_in(ask):
    response = page()(fine)(ask(path="/matters/?stage=handling"))
    assert response.headers["Location"] == "/login/?next=%2Fmatters%2F%3Fstage%3Dhandling"


def test_a_form_sent_after_the_session_ended_leads_back_to_the_form(ask):
    request = ask("POST", "/matters/7/steps/", HTTP_REFERER="http://testserver/matters/7/?tab=1")
    response = page(writes=True)(fine)(request)
    assert response.headers["Location"] == "/login/?next=%2Fmatters%2F7%2F%3Ftab%3D1"
    assert "已保存在本机" in str(next(iter(request._messages)))


def test_a_fragment_sends_the_whole_page_to_the_login(ask):
    request = ask(HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/desk/", path="/desk/rows/?after=9")
    response = page()(fine)(request)
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login/?next=%2Fdesk%2F"


@pytest.mark.parametrize("error", [Invalid, Forbidden, NotFound, Conflict, TooLarge, TooMany, DomainError])
@pytest.mark.parametrize("htmx", [True, False])
def test_a_domain_error_becomes_a_page_in_its_own_words(ask, error, htmx):
    def view(request):
        raise error("这件事项刚刚被<别人>处理过")

    response = page(public=True)(view)(ask(**({"HTTP_HX_REQUEST": "true"} if htmx else {})))
    assert response.status_code == error.status
    text = response.content.decode()
    assert "这件事项刚刚被&lt;别人&gt;处理过" in text
    assert ("<html" in text) is not htmx
    if htmx:
        assert response.headers["HX-Retarget"] == "#toasts"
    else:
        assert "abc1234567" in text


@pytest.mark.parametrize(
    ("status", "key", "taken"),
    [(200, KEY, True), (302, KEY, True), (422, KEY, False), (409, KEY, False), (302, "a; b", False), (302, "", False)],
)
def test_the_browser_hears_that_its_form_was_taken_and_only_then(ask, status, key, taken):
    request = ask("POST", data=f"once_key={key}", content_type="application/x-www-form-urlencoded")
    response = page(public=True, writes=True)(lambda request: HttpResponse(status=status))(request)
    assert (f"taken_{key}" in response.cookies) is taken


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/matters/?a=1", "/matters/?a=1"),
        ("http://testserver/x/", "/x/"),
        ("https://elsewhere.example/x/", None),
        ("//elsewhere.example/x/", None),
        ("javascript:alert(1)", None),
        ("http:///elsewhere.example", None),
        ("/\\elsewhere.example", None),
        ("matters", None),
        ("", None),
    ],
)
def test_after_logging_in_nobody_is_sent_to_another_site(ask, address, path):
    assert own_path(ask(), address) == path


def test_a_page_that_is_not_there_says_so_in_chinese(client):
    response = client.get("/没有/")
    assert response.status_code == 404
    assert "没有找到" in response.text
    assert response.headers["X-Request-ID"] in response.text


def test_a_mistake_of_ours_gets_a_page_that_needs_nothing(client, monkeypatch):
    def break_down(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr("jishi.web.session.views.show", break_down)
    client.raise_request_exception = False
    response = client.get(reverse("home"))
    assert response.status_code == 500
    assert "系统出错了" in response.text
    assert response.headers["X-Request-ID"] in response.text
