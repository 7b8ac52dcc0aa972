"""Whose request this is: the address of the client, also behind proxies that one trusts, but only behind those."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

HOUSEHOLD = 64  # bits: of an IPv6 address the rest is the subscriber's own to choose


def client_of(peer: str, forwarded: str, trusted: Iterable[IPv4Network | IPv6Network]) -> str:
    """The client's IPv4 address, or the /64 network of its IPv6 address.

    Parameters
    ----------
    peer
        Where the connection comes from. Without trusted proxies this alone counts.
    forwarded
        The header X-Forwarded-For. Every proxy writes on the right whom it has spoken with; what stands left of
        that may be forged. So it is read from the right, and only as long as the one who wrote is trusted.
    trusted
        The proxies' own networks. If even the first address is a proxy's, that is the client.
    """
    found = _address(peer)
    if found is None:
        return peer
    proxies = tuple(trusted)
    for hop in reversed(forwarded.split(",")):
        before = _address(hop)
        if before is None or not any(found in network for network in proxies):
            break
        found = before
    return str(found) if isinstance(found, IPv4Address) else str(ip_network((int(found), HOUSEHOLD), strict=False))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address as proxies write it: with a port or without, IPv6 in brackets or not; None if it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
