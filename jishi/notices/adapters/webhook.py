"""Messages to another program over HTTPS.

The address comes from an administrator, but what its name leads to is decided by whoever runs that name: it
is looked up once, every answer is checked, and the connection goes to the checked address itself, so that a
second look-up cannot lead elsewhere. Redirections are not followed.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult

from jishi.kernel.errors import Invalid
from jishi.notices.adapters.failure import DeliveryFailed
from jishi.notices.rules.addresses import check_hook_url, is_public
from jishi.notices.rules.messages import signature

_TIMEOUT = 10  # seconds for connecting and for each answer
_DEADLINE = 30  # seconds for the whole exchange, however slowly the other side drips


class _Pinned(http.client.HTTPConnection):
    """A connection to a checked IP address under the name it belongs to."""

    def __init__(self, host: str, port: int, *, ip: str, tls: bool) -> None:
        super().__init__(host, port, timeout=_TIMEOUT)
        self._ip = ip
        self._tls = tls
        self.default_port = http.client.HTTPS_PORT if tls else http.client.HTTP_PORT

    def connect(self) -> None:
        self.sock = socket.create_connection((self._ip, self.port), timeout=_TIMEOUT)
        if self._tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End the exchange from another thread."""
        if self.sock is not None:
            self.sock.shutdown(socket.SHUT_RDWR)


def send(*, number: int, address: str, body: str, secret: str, allow_local: bool) -> None:
    """POST one message; raises DeliveryFailed unless the other side answers with 2xx.

    Headers: ``Idempotency-Key`` is the delivery's number, the same at every try; ``Jishi-Signature`` is
    ``rules.messages.signature`` of number and body with the secret given when the hook was added.
    """
    try:
        parts = check_hook_url(address, allow_local=allow_local)
        status = _post(
            parts,
            ip=_checked_ip(parts, allow_local=allow_local),
            body=body.encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "User-Agent": "Jishi",
                "Idempotency-Key": str(number),
                "Jishi-Signature": signature(secret=secret, number=number, body=body),
            },
        )
    except Invalid as refusal:
        raise DeliveryFailed(refusal.message) from refusal
    except (OSError, http.client.HTTPException) as failure:
        raise DeliveryFailed(f"未能送达：{type(failure).__name__} {failure}") from failure
    if not 200 <= status < 300:
        raise DeliveryFailed(f"对方答复 HTTP {status}")


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _checked_ip(parts: SplitResult, *, allow_local: bool) -> str:
    """The first address of the host; refused if any of its addresses is not public."""
    found = socket.getaddrinfo(parts.hostname, _port(parts), type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    if not allow_local and not all(map(is_public, addresses)):
        raise DeliveryFailed("对方的域名指向本机或内网地址，没有推送")
    return addresses[0]


def _post(parts: SplitResult, *, ip: str, body: bytes, headers: dict[str, str]) -> int:
    connection = _Pinned(parts.hostname or "", _port(parts), ip=ip, tls=parts.scheme == "https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _deadline(connection):
        connection.request("POST", path, body=body, headers=headers)
        return connection.getresponse().status


@contextmanager
def _deadline(connection: _Pinned) -> Iterator[None]:
    timer = threading.Timer(_DEADLINE, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()
