"""Whose request it is: a forged header says nothing, a trusted proxy is believed as far as it has seen."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.limits.rules import client_of

NONE = ()
PROXY = (ip_network("127.0.0.1"),)
PROXIES = (ip_network("127.0.0.1"), ip_network("10.0.0.0/24"), ip_network("fd00::/8"))
V6 = "2001:db8:1:2:aaaa::1"
HOUSE = "2001:db8:1:2::/64"


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("203.0.113.9", "", NONE, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", NONE, "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", NONE, "127.0.0.1"),
        ("203.0.113.9", "127.0.0.1", PROXY, "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9", PROXY, "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", PROXY, "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 127.0.0.1, 203.0.113.9", PROXY, "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.7", PROXIES, "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.0.0.7", PROXY, "10.0.0.7"),
        ("127.0.0.1", "10.0.0.8, 10.0.0.7", PROXIES, "10.0.0.8"),
        ("127.0.0.1", "", PROXY, "127.0.0.1"),
        ("127.0.0.1", "unknown", PROXY, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, <script>", PROXY, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9,", PROXY, "127.0.0.1"),
        ("::ffff:127.0.0.1", "203.0.113.9:51123", PROXY, "203.0.113.9"),
        ("127.0.0.1", f"[{V6}]:443", PROXY, HOUSE),
        ("fd00::1", V6, PROXIES, HOUSE),
        (V6, "", NONE, HOUSE),
        ("", "203.0.113.9", PROXY, ""),
    ],
)
def test_the_client_is_the_rightmost_address_that_is_no_trusted_proxy(peer, forwarded, trusted, client):
    assert client_of(peer, forwarded, trusted) == client


@given(st.text(max_size=200), st.ip_addresses(v=4).filter(lambda one: one not in PROXY[0]))
def test_nothing_a_client_writes_before_the_proxy_hides_its_address(forged, client):
    assert client_of("127.0.0.1", f"{forged}, {client}", PROXY) == str(client)
    assert client_of(str(client), forged, PROXY) == str(client)


@given(st.integers(0, 2**64 - 1))
def test_a_subscriber_with_a_network_of_addresses_is_one(own):
    assert client_of(str(ip_address((0x20010DB800010002 << 64) + own)), "", NONE) == HOUSE
