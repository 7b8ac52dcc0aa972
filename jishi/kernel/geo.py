"""Places on the map: the offset of Chinese map services, and whether a point lies in an area.

Coordinates are degrees, longitude first as in GeoJSON. Map services in China (高德, 腾讯) give GCJ-02,
which is shifted against WGS-84 by some hundred metres; the shift is a known smooth function, undone here by
iteration.
"""

from collections.abc import Mapping, Sequence
from math import asin, cos, pi, radians, sin, sqrt
from typing import Any

# Krasovsky 1940, the ellipsoid of the shift.
_AXIS = 6378245.0
_ECCENTRICITY2 = 0.00669342162296594323

_EARTH_RADIUS = 6371008.8  # metres, the mean one

_ROUNDS = 5  # each makes the error about a thousand times smaller; two are already below a centimetre
_Ring = Sequence[Sequence[float]]


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The shifted place of a true one; places outside China are not shifted."""
    if _outside_china(lon, lat):
        return lon, lat
    shift_lon, shift_lat = _shift(lon, lat)
    return lon + shift_lon, lat + shift_lat


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """The true place of a shifted one, to much less than a metre; places outside China are not shifted."""
    if _outside_china(lon, lat):
        return lon, lat
    true_lon, true_lat = lon, lat
    for _ in range(_ROUNDS):
        shift_lon, shift_lat = _shift(true_lon, true_lat)
        true_lon, true_lat = lon - shift_lon, lat - shift_lat
    return true_lon, true_lat


def metres_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """The length of the great circle between two points, on a round earth: right to half a percent."""
    north1, north2 = radians(lat1), radians(lat2)
    half = sin((north2 - north1) / 2) ** 2 + cos(north1) * cos(north2) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_RADIUS * asin(sqrt(min(1.0, half)))


def point_in_polygon(lon: float, lat: float, geometry: Mapping[str, Any]) -> bool:
    """Whether a point lies in a GeoJSON Polygon or MultiPolygon; holes are outside.

    A point exactly on a border between two areas that share it belongs to one of them. Raises ValueError
    for other geometries.
    """
    kind = geometry["type"]
    if kind == "Polygon":
        return _in_rings(lon, lat, geometry["coordinates"])
    if kind == "MultiPolygon":
        return any(_in_rings(lon, lat, rings) for rings in geometry["coordinates"])
    raise ValueError(f"a {kind} has no inside")


def _in_rings(lon: float, lat: float, rings: Sequence[_Ring]) -> bool:
    return bool(rings) and _in_ring(lon, lat, rings[0]) and not any(_in_ring(lon, lat, r) for r in rings[1:])


def _in_ring(lon: float, lat: float, ring: _Ring) -> bool:
    """Even-odd rule: a ray to the east crosses the ring an odd number of times."""
    inside = False
    x1, y1 = ring[-1][0], ring[-1][1]
    for point in ring:
        x2, y2 = point[0], point[1]
        if (y1 > lat) != (y2 > lat) and lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
            inside = not inside
        x1, y1 = x2, y2
    return inside


def _outside_china(lon: float, lat: float) -> bool:
    return not (72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271)


def _shift(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    common = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + common
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + common
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    magic = 1 - _ECCENTRICITY2 * sin(lat / 180.0 * pi) ** 2
    shift_lat = north * 180.0 / (_AXIS * (1 - _ECCENTRICITY2) / (magic * sqrt(magic)) * pi)
    shift_lon = east * 180.0 / (_AXIS / sqrt(magic) * cos(lat / 180.0 * pi) * pi)
    return shift_lon, shift_lat
