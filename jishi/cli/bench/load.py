"""Load on a web server: a fixed number of kept HTTP/1.1 connections, each with one request under way.

Raw sockets and one loop, so that the load costs next to nothing beside the server it measures. What a connection asks
is a generator: it gives a ``Request`` and is sent back the ``Exchange``, so that an answer can decide what comes next.
"""

import selectors
import socket
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

from jishi.cli.bench.figures import percentile


class WrongAnswer(Exception):
    """The server answered something a measurement must not count."""


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes to send and what makes the answer a right one."""

    data: bytes
    kind: str = ""
    expect: frozenset[int] = frozenset({200})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request answered. ``began`` and ``ended`` are readings of the monotonic clock in seconds."""

    kind: str
    began: float
    ended: float
    status: int
    body: bytes = field(repr=False)

    @property
    def seconds(self) -> float:
        return self.ended - self.began


Script = Generator[Request, Exchange, None]


def one_by_one(requests: Iterable[Request]) -> Script:
    """A script that does not care what is answered."""
    for request in requests:
        _ = yield request


@dataclass(frozen=True, slots=True)
class Load:
    """What was answered between the end of the warm-up and the end of the run."""

    began: float
    ended: float
    exchanges: list[tuple[str, float]]  # kind, seconds

    def seconds(self, kind: str = "") -> list[float]:
        return [seconds for of, seconds in self.exchanges if not kind or of == kind]

    def per_second(self, kind: str = "") -> float:
        return len(self.seconds(kind)) / (self.ended - self.began)

    def percentile_ms(self, share: float, kind: str = "") -> float:
        return percentile(self.seconds(kind), share) * 1000


def together(loads: Iterable[Load]) -> Load:
    """Several rounds as one: the time between them does not count."""
    rounds = list(loads)
    lasted = sum(load.ended - load.began for load in rounds)
    return Load(0.0, lasted, [exchange for load in rounds for exchange in load.exchanges])


def request_bytes(
    method: str, path: str, *, host: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Reply:
    """An HTTP/1.1 answer put together from the pieces in which it arrives."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.status = 0
        self.keeps = True
        self.headers: dict[str, str] = {}
        self._body_at = 0
        self._length: int | None = None

    def feed(self, piece: bytes) -> bytes | None:
        """Take a piece; returns the body once the answer is complete."""
        self.buffer += piece
        if not self._body_at and not self._read_head():
            return None
        if self._length is None:
            return self._read_chunks()
        end = self._body_at + self._length
        return bytes(self.buffer[self._body_at : end]) if len(self.buffer) >= end else None

    def _read_head(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        first, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
        self.status = int(first.split(" ", 2)[1])
        for line in lines:
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.keeps = self.headers.get("connection", "").lower() != "close"
        chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self._length = None if chunked else int(self.headers.get("content-length", "0"))
        self._body_at = end + 4
        return True

    def _read_chunks(self) -> bytes | None:
        if not self.buffer.endswith(b"0\r\n\r\n"):
            return None
        body, at = bytearray(), self._body_at
        while True:
            line_end = self.buffer.find(b"\r\n", at)
            if line_end < 0:
                return None
            size = int(self.buffer[at:line_end].split(b";")[0], 16)
            if size == 0:
                return bytes(body)
            body += self.buffer[line_end + 2 : line_end + 2 + size]
            at = line_end + 2 + size + 2


class Connection:
    """One kept connection working through its script."""

    def __init__(self, address: tuple[str, int], script: Script) -> None:
        self.address = address
        self.script = script
        self.sock = self._connected()
        self.reply = Reply()
        self.request = next(script)
        self.began = 0.0

    def _connected(self) -> socket.socket:
        sock = socket.create_connection(self.address, timeout=30)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def ask(self) -> None:
        """Send the next request whole. Requests are small beside the socket's buffer, so this does not wait."""
        self.reply = Reply()
        self.began = time.perf_counter()
        self.sock.sendall(self.request.data)

    def read(self) -> Exchange | None:
        """What came of the request, if the answer is complete by now."""
        piece = self.sock.recv(262144)
        if not piece:
            raise WrongAnswer(f"the server hung up on {self.request.kind or 'a request'}")
        body = self.reply.feed(piece)
        if body is None:
            return None
        ended = time.perf_counter()
        found = Exchange(self.request.kind, self.began, ended, self.reply.status, body)
        if found.status not in self.request.expect:
            said = body[:400].decode(errors="replace")
            raise WrongAnswer(f"{self.request.kind or 'request'}: status {found.status}: {said}")
        return found

    def go_on(self, exchange: Exchange, selector: selectors.BaseSelector) -> bool:
        """Ask what the script wants next; False at its end."""
        try:
            self.request = self.script.send(exchange)
        except StopIteration:
            return False
        if not self.reply.keeps:
            selector.unregister(self.sock)
            self.sock.close()
            self.sock = self._connected()
            selector.register(self.sock, selectors.EVENT_READ, self)
        self.ask()
        return True


def run_load(
    address: tuple[str, int],
    scripts: list[Script],
    *,
    seconds: float | None = None,
    warm_up: float = 0.0,
    each: Callable[[Exchange], object] = lambda exchange: None,
) -> Load:
    """Run one script a connection until the time is over, or all scripts have ended.

    Parameters
    ----------
    address
        Host and port of the server.
    seconds
        Length of the counted part; None: until the scripts end. A script that still has a request under way when the
        time is over gets its answer, which is not counted.
    warm_up
        Seconds at the beginning that do not count.
    each
        Told of every exchange, those of the warm-up too.

    Raises ``WrongAnswer`` for a status a request did not expect, and for a connection the server closed.
    """
    selector = selectors.DefaultSelector()
    connections = [Connection(address, script) for script in scripts]
    try:
        for connection in connections:
            selector.register(connection.sock, selectors.EVENT_READ, connection)
        began = time.perf_counter() + warm_up
        until = None if seconds is None else began + seconds
        for connection in connections:
            connection.ask()
        counted, ended = _turn(selector, len(connections), began, until, each)
        return Load(began, ended, counted)
    finally:
        selector.close()
        for connection in connections:
            connection.sock.close()


def _turn(
    selector: selectors.BaseSelector,
    running: int,
    began: float,
    until: float | None,
    each: Callable[[Exchange], object],
) -> tuple[list[tuple[str, float]], float]:
    counted: list[tuple[str, float]] = []
    last, stopped = began, False
    while running:
        ready = selector.select(timeout=60)
        if not ready:
            raise WrongAnswer("no answer for a minute")
        for key, _ in ready:
            connection: Connection = key.data
            exchange = connection.read()
            if exchange is None:
                continue
            each(exchange)
            over = until is not None and exchange.ended >= until
            stopped |= over
            if exchange.ended >= began and not over:
                counted.append((exchange.kind, exchange.seconds))
                last = exchange.ended
            if over or not connection.go_on(exchange, selector):
                selector.unregister(connection.sock)
                running -= 1
    return counted, until if until is not None and stopped else last
