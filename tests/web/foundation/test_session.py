import pytest
from django.urls import reverse

from jishi.web.context import LARGE_TYPE
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/login/"


def log_in(client, username, password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password, **more})


def test_a_person_logs_in_and_goes_where_she_wanted(client, cast):
    cast.person("zhao")
    response = log_in(client, "zhao", next="/components/")
    assert response.headers["Location"] == "/components/"
    assert client.get("/components/").status_code == 200


def test_nobody_is_sent_elsewhere_after_logging_in(client, cast):
    cast.person("zhao")
    response = log_in(client, "zhao", next="https://elsewhere.example/")
    assert "elsewhere" not in response.headers["Location"]


@pytest.mark.parametrize(("username", "password"), [("zhao", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_look_the_same(client, cast, username, password):
    cast.person("zhao")
    response = log_in(client, username, password)
    assert response.status_code == 422
    assert "用户名或密码不对" in response.text
    assert f'value="{username}"' in response.text
    assert password not in response.text


@pytest.mark.capability("C92")
def test_a_leaver_cannot_log_in(client, cast):
    person = cast.person("zhao")
    person.is_active = False
    person.save()
    assert log_in(client, "zhao").status_code == 422


def test_guessing_is_slowed_down_and_the_right_person_elsewhere_is_not(client, cast):
    cast.person("zhao")
    for _ in range(10):
        assert log_in(client, "zhao", "guess").status_code == 422
    response = log_in(client, "zhao")
    assert response.status_code == 429
    assert "5分钟后再试" in response.text
    client.defaults["REMOTE_ADDR"] = "10.0.0.8"
    assert log_in(client, "zhao").status_code == 302


def test_logging_out_takes_a_button_not_a_link(client, cast):
    cast.login(client, "zhao")
    client.get(reverse("logout"))
    assert client.get("/components/").status_code == 200
    response = client.post(reverse("logout"))
    assert response.headers["Location"] == "/"
    assert client.get("/components/").status_code == 404


@pytest.mark.capability("C95")
def test_the_large_type_needs_neither_login_nor_script(client):
    assert 'class="large"' not in client.get("/").text
    response = client.get(reverse("type_size"), {"next": "/login/"})
    assert response.headers["Location"] == "/login/"
    assert client.cookies[LARGE_TYPE].value == "1"
    assert 'class="large"' in client.get("/").text
    client.get(reverse("type_size"))
    assert 'class="large"' not in client.get("/").text


@pytest.mark.capability("C97")
def test_invented_data_is_called_so_on_every_page(client, settings):
    for address in ("/", "/login/", "/nowhere/"):
        settings.DEMO = False
        assert "演示数据" not in client.get(address).text
        settings.DEMO = True
        assert "演示数据" in client.get(address).text


@pytest.mark.capability("C97")
def test_a_demo_shows_its_logins_and_a_real_place_never_does(client, monkeypatch):
    from types import SimpleNamespace

    from jishi.web import surroundings

    content = {
        "demo": True,
        "demo_password": "jishi-demo",
        "demo_logins": [{"username": "li", "name": "小李", "does": "网格员"}],
    }
    monkeypatch.setattr(surroundings, "place", lambda: SimpleNamespace(name="石峰区", content=content))
    assert "jishi-demo" in client.get("/login/").text
    content["demo"] = False
    assert "jishi-demo" not in client.get("/login/").text
    assert "石峰区" in client.get("/").text
