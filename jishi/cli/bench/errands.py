"""What the load asks of the program: registrations, whole lives of matters, lists, as bytes ready to send."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlencode

import orjson

from jishi.cli.bench.county import County, Worker
from jishi.cli.bench.load import Request, Script, request_bytes
from jishi.cli.bench.words import invent

MATTERS = "/api/v1/matters"
CREATED = frozenset({201})
TAKEN = frozenset({200, 201})
_keys = count(1)


def _key(random_: random.Random) -> str:
    """An Idempotency-Key that no other request of this run has."""
    return f"bench-{random_.getrandbits(64):016x}-{next(_keys)}"


def posting(host: str, path: str, token: str, key: str, body: Mapping[str, Any]) -> bytes:
    """A POST of JSON in somebody's name, done at most once under its key."""
    headers = (
        ("Authorization", f"Bearer {token}"),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", key),
    )
    return request_bytes("POST", path, host=host, headers=headers, body=orjson.dumps(body))


def report(county: County, worker: Worker, random_: random.Random) -> dict[str, Any]:
    """What a grid worker sends: words, a unit, half of them a point, a class and somebody to call back."""
    title, text, place = invent(random_)
    body: dict[str, Any] = {
        "channel": "grid",
        "title": title,
        "text": text,
        "place": place,
        "unit_id": worker.unit_id,
        "reporter_name": "测速居民",
        "reporter_phone": f"000-{random_.randrange(10**7):07d}",
    }
    if county.categories:
        body["category_code"] = random_.choice(county.categories)[0]
    if random_.random() < 0.5:
        body["longitude"] = round(county.center[0] + random_.uniform(-0.05, 0.05), 6)
        body["latitude"] = round(county.center[1] + random_.uniform(-0.05, 0.05), 6)
    return body


def registration(county: County, worker: Worker, host: str, random_: random.Random) -> Request:
    """One registration by a grid worker in their grid."""
    body = report(county, worker, random_)
    return Request(posting(host, MATTERS, worker.token, _key(random_), body), "register", CREATED)


def registrations(county: County, host: str, number: int, random_: random.Random) -> list[Request]:
    """So many registrations, made before the clock runs."""
    return [registration(county, random_.choice(county.workers), host, random_) for _ in range(number)]


# Who takes a matter from the desk to its end, and what they give. The handler's answer becomes the reply.
WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dispatch", "dispatcher", {"task": "请到现场核实处理", "grade": "big"}),
    ("sign", "handler", {}),
    ("finish", "handler", {"note": "已到现场处理完毕", "reply": "您反映的问题已处理完毕。", "reply_kind": "done"}),
    ("verify", "worker", {"how": "by_phone", "note": "电话回访，问题已解决"}),
    ("close", "dispatcher", {"reply": "您反映的问题已由城管部门处理完毕，感谢您的监督。", "reply_kind": "done"}),
)


def lifecycles(county: County, host: str, random_: random.Random) -> Script:
    """One matter after the other from registration to closure, each step by the person whose step it is."""
    tokens = {"dispatcher": county.dispatcher_token, "handler": county.handler_token}
    while True:
        worker = random_.choice(county.workers)
        registered = yield registration(county, worker, host, random_)
        number = orjson.loads(registered.body)["number"]
        for step, who, given in WAY:
            body = given | ({"lead_id": county.lead_ids[0]} if step == "dispatch" else {})
            path = f"{MATTERS}/{number}/steps/{step}"
            key = _key(random_)
            yield Request(posting(host, path, tokens.get(who, worker.token), key, body), step, TAKEN)


@dataclass(frozen=True, slots=True)
class Question:
    """One list somebody asks for: a unit, one or two stages that are one lane of the desk, and what is due."""

    unit_id: int
    lane: str
    due: str

    @property
    def for_programs(self) -> str:
        """The query string of the API."""
        stages = [("stage", stage) for stage in LANES[self.lane]]
        return urlencode([("unit", self.unit_id), ("due", self.due), *stages])

    @property
    def for_people(self) -> str:
        """The query string of the desk page."""
        return urlencode({"unit": self.unit_id, "lane": self.lane, "due": self.due})


# lane of the desk -> the stages it shows
LANES = {
    "new": ("registered",),
    "unsigned": ("dispatched",),
    "working": ("accepted", "handling"),
    "verifying": ("verifying",),
}


def questions(county: County, number: int, random_: random.Random) -> list[Question]:
    """Lists of what is overdue or due within a week, by lane, as one shift of dispatchers asks for them.

    Their areas: the county, its towns and a dozen communities.
    """
    towns = sorted({leaf[1] for leaf in county.leaves if leaf[1] is not None})
    communities = sorted({leaf[2] for leaf in county.leaves if leaf[2] is not None})
    areas = [county.county_id, *towns, *random_.sample(communities, min(12, len(communities)))]
    dues = ("overdue", "week", "week")
    return [Question(random_.choice(areas), random_.choice(list(LANES)), random_.choice(dues)) for _ in range(number)]


def json_list(county: County, host: str, asked: Question) -> bytes:
    headers = (("Authorization", f"Bearer {county.dispatcher_token}"), ("Accept", "application/json"))
    return request_bytes("GET", f"{MATTERS}?{asked.for_programs}", host=host, headers=headers)


def desk_page(county: County, host: str, asked: Question) -> bytes:
    headers = (("Cookie", f"sessionid={county.session}"), ("Accept", "text/html"))
    return request_bytes("GET", f"{county.desk}?{asked.for_people}", host=host, headers=headers)


def get(path: str, host: str) -> bytes:
    """A plain GET by nobody in particular."""
    return request_bytes("GET", path, host=host)
