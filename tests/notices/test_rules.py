import datetime as dt
import hashlib
import hmac

import pytest

from jishi.kernel.errors import Invalid
from jishi.notices.rules.addresses import check_hook_url, is_public
from jishi.notices.rules.messages import signature
from jishi.notices.rules.work import MAX_TRIES, wait_after


def test_waits_grow_and_end_after_the_tenth_try():
    minute, hour = dt.timedelta(minutes=1), dt.timedelta(hours=1)
    waits = [wait_after(tries) for tries in range(1, MAX_TRIES + 1)]
    assert waits == [minute, 5 * minute, 30 * minute, 2 * hour, *[12 * hour] * 5, None]


def test_a_receiver_can_check_the_signature_with_any_library():
    expected = hmac.new(b"secret", '7.{"a":"石峰"}'.encode(), hashlib.sha256).hexdigest()
    assert signature(secret="secret", number=7, body='{"a":"石峰"}') == f"sha256={expected}"
    assert signature(secret="secret", number=8, body='{"a":"石峰"}') != f"sha256={expected}"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:a00:1::",
        "2001:db8::1",
    ],
)
def test_no_address_of_ours_is_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_addresses_of_the_open_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "完整的网址"),
        ("not a url", "完整的网址"),
        ("https://", "完整的网址"),
        ("https://例子.cn/", "完整的网址"),
        ("https://example.cn/a b", "完整的网址"),
        ("https://example.cn/" + "x" * 300, "300个字符"),
        ("http://example.cn/", "https"),
        ("ftp://example.cn/", "https"),
        ("file://example.cn/etc/passwd", "https"),
        ("https://user:pass@example.cn/", "用户名"),
        ("https://example.cn/#part", "用户名"),
        ("https://localhost/", "内网"),
        ("https://127.0.0.1/", "内网"),
        ("https://[::1]/", "内网"),
        ("https://192.168.1.1/", "内网"),
        ("https://[bad/", "有效的网址"),
        ("https://example.cn:99999/", "有效的网址"),
    ],
)
def test_addresses_that_may_not_be_told_anything_are_refused(url, says):
    with pytest.raises(Invalid, match=says) as refusal:
        check_hook_url(url, allow_local=False)
    assert refusal.value.field == "url"


def test_programs_beside_ours_are_told_only_where_the_operator_allows_it():
    assert check_hook_url("http://127.0.0.1:9/in", allow_local=True).port == 9
    assert check_hook_url("https://example.cn/hook?a=1", allow_local=False).hostname == "example.cn"
