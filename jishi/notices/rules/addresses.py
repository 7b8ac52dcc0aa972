"""Outside addresses that may be told something: an address must not lead back into our own network."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from jishi.kernel.errors import Invalid

# IPv6 ranges that carry an IPv4 address inside, and with it a way around the check: NAT64, Teredo, 6to4.
_WRAPPERS = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "2001::/32", "2002::/16"))


def is_public(address: str) -> bool:
    """Whether an IP address lies on the open internet: not here, not in a private net, not a group."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in wrapper for wrapper in _WRAPPERS):
            return False
    return ip.is_global and not ip.is_multicast


def check_hook_url(url: str, *, allow_local: bool) -> SplitResult:
    """The parts of a webhook's address; raises Invalid (field ``url``) if messages may not go there.

    Only https, as messages speak of residents' matters; with ``allow_local`` (programs beside ours) also
    http and private addresses. Host names are looked up, and checked again, when something is sent.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Invalid("这不是有效的网址。", field="url") from None
    if not host or len(url) > 300 or not url.isascii() or any(c.isspace() for c in url):
        raise Invalid("请填写完整的网址，例如 https://example.cn/hook，不超过300个字符。", field="url")
    if parts.scheme not in ({"https", "http"} if allow_local else {"https"}):
        raise Invalid("网址必须以 https:// 开头。", field="url")
    if parts.username or parts.password or parts.fragment:
        raise Invalid("网址中不能带用户名、密码或“#”。", field="url")
    if not allow_local and (host == "localhost" or _is_private_literal(host)):
        raise Invalid("不能推送到本机或内网地址。", field="url")
    return parts


def _is_private_literal(host: str) -> bool:
    try:
        return not is_public(host)
    except ValueError:
        return False  # a name, not an address
