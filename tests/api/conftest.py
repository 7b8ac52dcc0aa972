"""A county with its people, and programs that speak for them."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests.cast import Cast


@dataclass
class Program:
    """A program with the key of one person, or with none: ``li.post("/api/v1/matters", {...})``."""

    key: str = ""
    client: Client = field(default_factory=Client)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query, headers=self.headers)

    def send(self, method: str, path: str, body: Any = None, once: str | None = "", **headers: str) -> Any:
        """A JSON body with a fresh Idempotency-Key; ``once`` names one, None leaves it out."""
        named = {} if once is None else {"Idempotency-Key": once or str(uuid.uuid4())}
        content = body if isinstance(body, bytes) else json.dumps(body)
        return self.client.generic(
            method, path, content, "application/json", headers={**self.headers, **named, **headers}
        )

    def post(self, path: str, body: Any = None, once: str | None = "", **headers: str) -> Any:
        return self.send("POST", path, body, once, **headers)

    def form(self, path: str, fields: dict[str, Any], once: str = "") -> Any:
        """multipart/form-data, as a phone sends photos."""
        return self.client.post(path, fields, headers={**self.headers, "Idempotency-Key": once or str(uuid.uuid4())})


class Town:
    """The little county in force, with a program for everybody."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.programs: dict[str, Program] = {"": Program()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cast, name)

    def program(self, who: str = "") -> Program:
        if who not in self.programs:
            self.programs[who] = Program(self.cast.token(who, timezone.now()))
        return self.programs[who]

    def register(self, who: str = "li", **more: Any) -> str:
        """A matter registered through the API; its number."""
        body = {"text": "3栋门口的路灯不亮,晚上看不见路。", "unit_id": self.cast.grid.pk} | more
        answer = self.program(who).post("/api/v1/matters", body)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["number"])

    def step(self, who: str, number: str, step: str, **given: Any) -> Any:
        return self.program(who).post(f"/api/v1/matters/{number}/steps/{step}", given)


@pytest.fixture(autouse=True)
def apart(settings, tmp_path):
    """Photos go to a folder of their own, and nobody is still throttled from the test before."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def in_force(cast: Cast) -> Town:
    """The county of the matters tests, its one class below its group."""
    from jishi.duties.models import Category
    from tests.matters.town import forget, lay_down

    lay_down(cast)
    Category.objects.filter(code="0101").update(parent=Category.objects.get(code="01"))
    forget()
    return Town(cast)


@pytest.fixture
def town(cast) -> Town:
    return in_force(cast)


@pytest.fixture
def lasting_town(transactional_db) -> Town:
    """The same county, committed: other threads and connections see it."""
    return in_force(Cast())


@pytest.fixture
def places(town: Town) -> dict[str, Any]:
    """What the paths of the table of access point at."""
    from tests.api.places import laid_out

    return laid_out(town)
