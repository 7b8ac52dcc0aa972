import pytest
from django.test import Client
from django.urls import reverse

from jishi.web import middleware

pytestmark = pytest.mark.django_db


def test_every_answer_forbids_foreign_and_inline_scripts(client):
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_tile_server_is_the_only_foreign_address(settings):
    settings.MAP_TILES = "https://tiles.example.cn/{z}/{x}/{y}.png"
    policy = middleware.security_policy()
    assert policy.count("https://tiles.example.cn") == 2


def test_a_stranger_costs_no_query_and_a_person_two(client, cast, django_assert_num_queries):
    cast.login(client, "zhao")
    url = reverse("type_size")
    with django_assert_num_queries(2):
        client.get(url)
    with django_assert_num_queries(0):
        Client().get(url)


def test_what_a_person_at_work_sees_stays_out_of_the_cache(client, cast):
    assert "no-store" not in client.get("/").headers.get("Cache-Control", "")
    cast.login(client, "zhao")
    assert client.get("/").headers["Cache-Control"] == "private, no-store"


@pytest.mark.capability("C92")
def test_a_leaver_is_a_stranger_at_the_next_click(client, cast):
    cast.login(client, "zhao")
    assert client.get(reverse("components")).status_code == 200
    person = cast.person("zhao")
    person.is_active = False
    person.save()
    assert client.get(reverse("components")).status_code == 404


def test_a_body_nobody_sends_is_refused_before_it_is_read(client, monkeypatch):
    monkeypatch.setattr(middleware, "MAX_BODY", 100)
    response = client.post(reverse("login"), {"username": "x" * 200})
    assert response.status_code == 413
    assert "内容太大" in response.text


def test_too_many_characters_in_a_form_are_refused_with_a_page(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    response = client.post(reverse("login"), "username=" + "x" * 200, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "内容太大" in response.text


def test_a_form_from_an_outdated_page_is_refused_and_nothing_is_lost():
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("login"), {"username": "li"}, HTTP_REFERER="http://testserver/login/")
    assert response.status_code == 403
    assert "页面已过期" in response.text
    assert "仍保存在本机" in response.text
    assert 'href="http://testserver/login/"' in response.text
