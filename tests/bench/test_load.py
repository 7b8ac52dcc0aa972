"""The load generator against a server of a few lines."""

import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.cli.bench.load import Load, Reply, Request, WrongAnswer, one_by_one, request_bytes, run_load, together

PLAIN = b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 304 Not Modified\r\n\r\n"


@given(st.sampled_from([(PLAIN, 201, b"hello"), (CHUNKED, 200, b"hello"), (EMPTY, 304, b"")]), st.data())
def test_an_answer_is_read_the_same_however_it_is_cut_into_pieces(case, data):
    answer, status, body = case
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=8)))
    pieces = [answer[start:end] for start, end in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    reply = Reply()
    found = [reply.feed(piece) for piece in pieces if piece]
    assert found[-1] == body
    assert reply.status == status
    assert all(earlier is None for earlier in found[:-1])


def test_a_request_says_how_long_its_body_is():
    made = request_bytes("POST", "/x", host="h", headers=(("A", "b"),), body=b"{}")
    assert made == b"POST /x HTTP/1.1\r\nHost: h\r\nA: b\r\nContent-Length: 2\r\n\r\n{}"
    assert request_bytes("GET", "/x", host="h") == b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n"


class Echo:
    """Answers each request with its path; 404 for /missing, hangs up after /last."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.connections = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock: socket.socket) -> None:
        with sock, sock.makefile("rb") as lines:
            while line := lines.readline():
                path = line.split()[1]
                while lines.readline().strip():
                    pass
                status = b"404 Not Found" if path == b"/missing" else b"200 OK"
                last = b"Connection: close\r\n" if path == b"/last" else b""
                head = b"HTTP/1.1 " + status + b"\r\n" + last + b"Content-Length: %d\r\n\r\n" % len(path)
                sock.sendall(head + path)
                if last:
                    return


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.listener.close()


def ask(path: str, kind: str = "") -> Request:
    return Request(request_bytes("GET", path, host="x"), kind)


def test_every_request_of_every_script_is_answered_and_counted(echo):
    bodies = []
    scripts = [one_by_one([ask(f"/{script}/{n}", "k") for n in range(5)]) for script in range(3)]
    load = run_load(echo.address, scripts, each=lambda exchange: bodies.append(exchange.body.decode()))
    assert sorted(bodies) == sorted(f"/{script}/{n}" for script in range(3) for n in range(5))
    assert len(load.seconds("k")) == 15
    assert echo.connections == 3


def test_an_answer_decides_what_is_asked_next(echo):
    seen = []

    def script():
        first = yield ask("/first")
        second = yield ask(first.body.decode() + "/second")
        seen.append(second.body)

    run_load(echo.address, [script()])
    assert seen == [b"/first/second"]


def test_a_closed_connection_is_opened_anew_when_the_server_said_so(echo):
    load = run_load(echo.address, [one_by_one([ask("/last"), ask("/last"), ask("/x")])])
    assert len(load.exchanges) == 3
    assert echo.connections == 3


def test_a_wrong_status_ends_the_run(echo):
    with pytest.raises(WrongAnswer, match="status 404"):
        run_load(echo.address, [one_by_one([ask("/missing")])])


def test_the_time_between_rounds_does_not_count():
    first = Load(10.0, 12.0, [("a", 0.1)] * 10)
    second = Load(50.0, 52.0, [("a", 0.3)] * 30)
    both = together([first, second])
    assert both.per_second() == 10
    assert both.per_second("a") == 10
    assert both.per_second("b") == 0
    assert both.percentile_ms(0.25) == pytest.approx(100)
    assert both.percentile_ms(0.5) == pytest.approx(300)
