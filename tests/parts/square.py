"""The county of the cast on squared paper, with a small catalogue of components.

longitude 113.00          113.05           113.10           113.20
latitude 27.80..27.90: grid 第一网格 | next_grid 第二网格 | other_grid 第一网格 (映峰社区)
"""

from typing import Any

from jishi.accounts.rules.viewer import SYSTEM
from jishi.parts import actions
from jishi.parts.rules.catalogue import SubclassEntry
from jishi.parts.rules.given import Given
from jishi.territory.models import Boundary
from jishi.territory.queries import forget_cache
from tests.cast import NOW, SINCE, Cast

COUNTY = "430204"
CATALOGUE = (
    SubclassEntry("0101", "上水井盖", "01", "公用设施", "30"),
    SubclassEntry("0118", "路灯", "01", "公用设施", "90"),
    SubclassEntry("0401", "古树名木", "04", "园林绿化", ""),
)
IN_GRID, IN_NEXT_GRID, IN_OTHER_GRID, OUTSIDE = (113.02, 27.85), (113.07, 27.85), (113.15, 27.85), (114.5, 29.0)


def box(west: float, east: float) -> dict[str, Any]:
    return {
        "type": "Polygon",
        "coordinates": [[[west, 27.8], [east, 27.8], [east, 27.9], [west, 27.9], [west, 27.8]]],
    }


GROUNDS = {
    "county": box(113.0, 113.2),
    "town": box(113.0, 113.1),
    "community": box(113.0, 113.1),
    "grid": box(113.0, 113.05),
    "next_grid": box(113.05, 113.1),
    "other_town": box(113.1, 113.2),
    "other_community": box(113.1, 113.2),
    "other_grid": box(113.1, 113.2),
}


def lay_out(cast: Cast) -> None:
    """Grounds and catalogue; after ``tests.matters.town.lay_down``."""
    for name, geometry in GROUNDS.items():
        Boundary.objects.create(unit=getattr(cast, name), geometry=geometry, is_sketch=False, valid_from=SINCE)
    forget_cache()
    load_catalogue()


def load_catalogue() -> None:
    actions.load_catalogue(entries=CATALOGUE, by=SYSTEM, now=NOW)


def code_of(subclass: str = "0118", serial: int = 1) -> str:
    return f"{COUNTY}{subclass}{serial:06d}"


def put(cast: Cast, subclass: str = "0118", serial: int = 1, **more: Any) -> str:
    """One component in 小李's grid; its code."""
    code = code_of(subclass, serial)
    given = Given(code=code, **({"unit_id": cast.grid.pk, "longitude": 113.02, "latitude": 27.85} | more))
    days = {entry.code: entry.days for entry in CATALOGUE}
    actions.add_components(given=[given], days=days, source="测试", by=SYSTEM, now=NOW)
    return code
