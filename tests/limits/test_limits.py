"""Guessing is slowed down wherever it is tried, whoever the guesser says to be; finding never is."""

import importlib
import sys
from ipaddress import ip_network

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from jishi.kernel.errors import TooMany
from jishi.kernel.numbers import make_number
from jishi.limits import actions
from jishi.limits.actions import MISSES, check_may_look, count, count_miss, forget
from jishi.limits.queries import client_address, counted
from tests.cast import TODAY
from tests.matters.town import begin, lay_down
from tests.matters.town import forget as forget_town

PATHS = {
    "the page": "/receipt/{}/",
    "the API": "/api/v1/matters/{}/receipt",
    "Open311": "/open311/v2/requests/{}.json",
    "Open311's tokens": "/open311/v2/tokens/{}.json",
}
LIST = "/open311/v2/requests.json"


@pytest.fixture(autouse=True)
def calm():
    cache.clear()


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget_town()


def unknown(index: int) -> str:
    return make_number("SF", TODAY, index)


def asked(address: str = "198.51.100.1", **headers: str):
    return RequestFactory(REMOTE_ADDR=address).get("/", headers=headers)


@pytest.mark.django_db
@pytest.mark.parametrize("path", list(PATHS.values()), ids=list(PATHS))
def test_whoever_guesses_receipt_numbers_must_wait(town, path):
    client, known = Client(), begin(town).receipt.number
    codes = [client.get(path.format(unknown(index))).status_code for index in range(MISSES + 2)]
    assert codes == [404] * MISSES + [429] * 2
    for other in PATHS.values():
        assert client.get(other.format(known)).status_code == 429, other
        assert Client(REMOTE_ADDR="10.9.9.9").get(other.format(known)).status_code == 200, other


@pytest.mark.django_db
@pytest.mark.parametrize("path", list(PATHS.values()), ids=list(PATHS))
def test_a_hall_full_of_people_who_follow_their_own_is_never_slowed_down(town, path):
    client, known = Client(), begin(town).receipt.number
    assert {client.get(path.format(known)).status_code for _ in range(MISSES + 5)} == {200}


@pytest.mark.django_db
def test_a_list_of_guesses_counts_each(town):
    client = Client()
    answer = client.get(LIST, {"service_request_id": ",".join(map(unknown, range(MISSES)))})
    assert (answer.status_code, answer.json()) == (200, [])
    assert client.get(LIST, {"service_request_id": unknown(99)}).status_code == 429
    assert client.get(LIST).status_code == 200


@pytest.mark.django_db
def test_the_ids_of_the_open_list_are_no_secret_and_do_not_count(town):
    client = Client()
    codes = {client.get(f"/open311/v2/requests/P{900_000 + index}.json").status_code for index in range(MISSES + 5)}
    assert codes == {404}


@pytest.mark.django_db
def test_a_forged_header_gives_no_fresh_start(town):
    client = Client()
    codes = [
        client.get(f"/receipt/{unknown(index)}/", headers={"X-Forwarded-For": f"192.0.2.{index}"}).status_code
        for index in range(MISSES + 1)
    ]
    assert codes[-1] == 429


@pytest.mark.django_db
def test_behind_a_trusted_proxy_one_guesser_does_not_shut_out_the_others(town, settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    client = Client()

    def look(chain: str) -> int:
        return client.get(f"/receipt/{unknown(1)}/", headers={"X-Forwarded-For": chain}).status_code

    assert [look(f"192.0.2.{index}, 203.0.113.9") for index in range(MISSES + 1)][-1] == 429
    assert look("203.0.113.10") == 404


@pytest.mark.django_db
def test_passwords_are_counted_for_the_client_and_not_for_the_proxy(cast, settings):
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    client = Client()

    def login(address: str) -> int:
        form = {"username": "wg.li", "password": "wrong"}
        return client.post("/login/", form, headers={"X-Forwarded-For": address}).status_code

    assert [login("203.0.113.9") for _ in range(11)] == [422] * 10 + [429]
    assert login("203.0.113.10") == 422


def test_a_count_begins_again_when_its_window_is_over_or_it_is_forgotten(monkeypatch):
    assert [count("x", "me", 60), count("x", "me", 60), count("x", "you", 60)] == [1, 2, 1]
    forget("x", "me")
    assert counted("x", "me") == 0
    monkeypatch.setattr(actions.cache, "add", lambda *given: False)  # it was there a moment ago
    assert count("x", "me", 60) == 1
    assert counted("x", "me") == 1


def test_the_address_is_that_of_the_connection_unless_a_proxy_is_trusted(settings):
    request = asked("127.0.0.1", **{"X-Forwarded-For": "203.0.113.9"})
    assert client_address(request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    assert client_address(request) == "203.0.113.9"


def test_misses_of_one_address_are_no_others():
    for _ in range(MISSES):
        check_may_look(asked())
        count_miss(asked())
    with pytest.raises(TooMany, match="10分钟后再试"):
        check_may_look(asked())
    check_may_look(asked("198.51.100.2"))


@pytest.mark.parametrize(
    ("https", "proxies", "networks", "header"),
    [
        ("", "", [], None),
        ("1", "", [], None),
        ("", "127.0.0.1", ["127.0.0.1/32"], None),
        ("1", "::1, 10.0.0.0/24", ["::1/128", "10.0.0.0/24"], ("HTTP_X_FORWARDED_PROTO", "https")),
    ],
)
def test_the_scheme_is_taken_from_a_proxy_only_where_one_is_trusted(monkeypatch, https, proxies, networks, header):
    monkeypatch.setenv("JISHI_HTTPS", https)
    monkeypatch.setenv("JISHI_TRUSTED_PROXIES", proxies)
    monkeypatch.delitem(sys.modules, "jishi_site.settings")
    read = importlib.import_module("jishi_site.settings")
    assert header == read.SECURE_PROXY_SSL_HEADER
    assert list(map(str, read.TRUSTED_PROXIES)) == networks


def test_a_network_that_is_none_stops_the_start(monkeypatch):
    monkeypatch.setenv("JISHI_TRUSTED_PROXIES", "the proxy")
    monkeypatch.delitem(sys.modules, "jishi_site.settings")
    with pytest.raises(ValueError, match="the proxy"):
        importlib.import_module("jishi_site.settings")
