"""The people of the tests and the small county they live in. Each is made when first named.

    county 石峰区 ── town 响石岭街道 ── community 响石社区 ── grid 第一网格 (小李), next_grid 第二网格 (小孙)
                  └─ other_town 清水塘街道 ── other_community 映峰社区 ── other_grid 第一网格

`cast.li` is the Viewer of 网格员 小李, `cast.person("li")` her row, `cast.login(client, "li")` logs her in.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from jishi.accounts import queries
from jishi.accounts.models import Person, Posting
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.organizations.models import Organization
from jishi.territory.models import Unit
from jishi.territory.queries import forget_cache

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 18, 10, 0, tzinfo=SHANGHAI)  # a Wednesday, a working day
TODAY = NOW.date()
SINCE = dt.date(2025, 1, 1)
PASSWORD = "shi-feng-2026"

# name in the tests -> (name, role, unit, organization)
PEOPLE = {
    "li": ("小李", Role.GRID_WORKER, "grid", None),
    "sun": ("小孙", Role.GRID_WORKER, "next_grid", None),
    "zhou": ("老周", Role.COMMUNITY, "community", "community_office"),
    "wang": ("小王", Role.DISPATCHER, "county", "centre"),
    "qian": ("小钱", Role.DISPATCHER, "town", "town_centre"),
    "chen": ("老陈", Role.HANDLER, "county", "city_management"),
    "he": ("小何", Role.HANDLER, "county", "water"),
    "zhang": ("张区长", Role.LEADER, "county", None),
    "zhao": ("小赵", Role.ADMINISTRATOR, "county", None),
    "wu": ("老吴", Role.AUDITOR, "county", None),
}


def _unit(code: str, name: str, kind: str, parent: Unit | None) -> Unit:
    unit = Unit(
        code=code,
        name=name,
        kind=kind,
        parent=parent,
        depth=0 if parent is None else parent.depth + 1,
        valid_from=SINCE,
    )
    unit.save()
    unit.path = f"{'/' if parent is None else parent.path}{unit.pk}/"
    unit.save(update_fields=["path"])
    forget_cache()
    return unit


def _organization(code: str, name: str, kind: str, unit: Unit) -> Organization:
    return Organization.objects.create(
        code=code, name=name, short_name=name[:20], kind=kind, unit=unit, valid_from=SINCE
    )


class Cast:
    """Attributes: the units and organizations below by name, and a Viewer for every key of PEOPLE."""

    def __init__(self) -> None:
        self.person = cache(self._person)
        self.viewer = cache(self._viewer)

    def __getattr__(self, name: str) -> Viewer:
        if name in PEOPLE:
            return self.viewer(name)
        raise AttributeError(name)

    @cached_property
    def county(self) -> Unit:
        return _unit("430204000000", "石峰区", "区", None)

    @cached_property
    def town(self) -> Unit:
        return _unit("430204003000", "响石岭街道", "街道", self.county)

    @cached_property
    def community(self) -> Unit:
        return _unit("430204003001", "响石社区", "社区", self.town)

    @cached_property
    def grid(self) -> Unit:
        return _unit("430204003001001", "第一网格", "基础网格", self.community)

    @cached_property
    def next_grid(self) -> Unit:
        return _unit("430204003001002", "第二网格", "基础网格", self.community)

    @cached_property
    def other_town(self) -> Unit:
        return _unit("430204001000", "清水塘街道", "街道", self.county)

    @cached_property
    def other_community(self) -> Unit:
        return _unit("430204001001", "映峰社区", "社区", self.other_town)

    @cached_property
    def other_grid(self) -> Unit:
        return _unit("430204001001001", "第一网格", "基础网格", self.other_community)

    @cached_property
    def centre(self) -> Organization:
        return _organization("ZX", "区网格化服务中心", "centre", self.county)

    @cached_property
    def town_centre(self) -> Organization:
        return _organization("ZX-XSL", "响石岭街道网格中心", "centre", self.town)

    @cached_property
    def town_office(self) -> Organization:
        return _organization("XSL-SQ", "响石岭街道社区事务办", "town_office", self.town)

    @cached_property
    def community_office(self) -> Organization:
        return _organization("SQ-XS", "响石社区两委", "community_office", self.community)

    @cached_property
    def city_management(self) -> Organization:
        return _organization("CGJ", "区城市管理局", "department", self.county)

    @cached_property
    def water(self) -> Organization:
        return _organization("GS", "供水公司", "utility", self.county)

    def _person(self, key: str) -> Person:
        name, role, unit, office = PEOPLE[key]
        person = Person(username=key, name=name, phone="")
        person.set_password(PASSWORD)
        person.save()
        Posting.objects.create(
            person=person,
            role=role,
            unit=getattr(self, unit),
            organization=getattr(self, office) if office else None,
            valid_from=SINCE,
        )
        return person

    def _viewer(self, key: str) -> Viewer:
        viewer = queries.viewer_of(self.person(key).pk, TODAY)
        assert viewer is not None
        return viewer

    person: Callable[[str], Person]
    viewer: Callable[[str], Viewer]

    def everybody(self) -> "Cast":
        """Make all people, units and organizations at once."""
        for key in PEOPLE:
            self.viewer(key)
        for name in ("next_grid", "other_grid", "town_office"):
            getattr(self, name)
        return self

    def login(self, client: Any, key: str) -> Any:
        """The test client with this person logged in."""
        client.force_login(self.person(key))
        return client

    def token(self, key: str, now: dt.datetime = NOW) -> str:
        """A fresh key for a program of this person."""
        from jishi.accounts import actions

        return actions.issue_token(person_id=self.person(key).pk, name="测试", by=SYSTEM, now=now)
