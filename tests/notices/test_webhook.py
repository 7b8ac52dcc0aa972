"""A real receiver on the loopback, and names that lead where they should not."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from jishi.notices.adapters import webhook
from jishi.notices.adapters.failure import DeliveryFailed
from jishi.notices.rules.messages import signature

BODY = '{"kind":"matter.step","subject":"石峰"}'


class Receiver:
    """Answers every POST with ``status`` and keeps what came."""

    def __init__(self) -> None:
        self.status = 204
        self.came: list[tuple[str, dict[str, str], str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.came.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?from=jishi"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    yield receiver
    receiver.server.shutdown()
    thread.join()
    receiver.server.server_close()


def send(url: str, allow_local: bool = True) -> None:
    webhook.send(number=7, address=url, body=BODY, secret="geheim", allow_local=allow_local)


def test_a_message_arrives_signed_under_its_number(receiver):
    send(receiver.url)
    ((path, headers, body),) = receiver.came
    assert (path, body) == ("/in?from=jishi", BODY)
    assert headers["Idempotency-Key"] == "7"
    assert headers["Jishi-Signature"] == signature(secret="geheim", number=7, body=BODY)
    assert headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("status", [301, 307, 400, 404, 500])
def test_anything_but_success_is_a_failure_and_redirections_are_not_followed(receiver, status):
    receiver.status = status
    with pytest.raises(DeliveryFailed, match=str(status)):
        send(receiver.url)
    assert len(receiver.came) == 1


def test_our_own_network_is_not_told_anything(receiver):
    with pytest.raises(DeliveryFailed, match="https"):
        send(receiver.url, allow_local=False)
    with pytest.raises(DeliveryFailed, match="内网"):
        send(receiver.url.replace("http:", "https:"), allow_local=False)
    assert receiver.came == []


@pytest.mark.parametrize("answers", [["10.0.0.7"], ["8.8.8.8", "127.0.0.1"], ["169.254.169.254"], ["::1"]])
def test_a_name_that_leads_into_our_network_is_refused(monkeypatch, answers):
    def look_up(host: str, port: int, **_: object) -> list[tuple]:
        assert host == "rebind.example.cn"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port)) for answer in answers]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(DeliveryFailed, match="内网"):
        send("https://rebind.example.cn/", allow_local=False)


def test_the_connection_goes_to_the_very_address_that_was_checked(monkeypatch, receiver):
    port = receiver.server.server_port
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[tuple]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    connected: list[tuple[str, int]] = []
    plain = socket.create_connection
    monkeypatch.setattr(webhook.socket, "getaddrinfo", look_up)

    def connect(address: tuple[str, int], **options: float) -> socket.socket:
        connected.append(address)
        monkeypatch.undo()
        return plain(address, **options)

    monkeypatch.setattr(webhook.socket, "create_connection", connect)
    send(f"http://receiver.example.cn:{port}/in")
    assert asked == ["receiver.example.cn"]
    assert connected == [("127.0.0.1", port)]
    assert receiver.came[0][1]["Host"] == f"receiver.example.cn:{port}"


def test_nobody_there_is_a_failure():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(DeliveryFailed, match="未能送达"):
            send(f"http://127.0.0.1:{unused.getsockname()[1]}/")


def test_a_receiver_that_keeps_us_waiting_is_cut_off(monkeypatch):
    monkeypatch.setattr(webhook, "_DEADLINE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(DeliveryFailed, match="未能送达"):
        send(f"http://127.0.0.1:{silent.getsockname()[1]}/")


def test_a_receiver_that_speaks_something_else_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as odd:

        def answer() -> None:
            peer, _ = odd.accept()
            peer.recv(65536)
            peer.sendall(b"220 mail.example.cn ESMTP\r\n")
            peer.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(DeliveryFailed, match="未能送达"):
            send(f"http://127.0.0.1:{odd.getsockname()[1]}/")
        thread.join()
