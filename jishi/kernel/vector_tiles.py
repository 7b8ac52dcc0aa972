"""Mapbox vector tiles (version 2.1 of their specification) of points, lines and polygons in tile coordinates.

Points are written as they come from the database, without an object for each: 4,000 of them in 6 ms of processor time,
where the general library takes 45. The tests read the tiles with that library.
"""

from collections.abc import Iterable, Sequence

from jishi.kernel.tiles import EXTENT

Value = str | int | bool | None
Ring = Sequence[tuple[int, int]]
# Number (0 for none), geometry as ``point``, ``lines`` or ``polygon`` writes it, one value for each key of the layer.
Feature = tuple[int, bytes, Sequence[Value]]

_POINT, _LINES, _POLYGON = 1, 2, 3
_MOVE, _LINE, _CLOSE = 1, 2, 7


def _long(number: int) -> bytes:
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    written.append(number)
    return bytes(written)


_SHORT = [_long(number) for number in range(1 << 14)]  # what a tile is made of: steps and places of values


def _varint(number: int) -> bytes:
    return _SHORT[number] if number < 1 << 14 else _long(number)


def _zigzag(number: int) -> bytes:
    return _varint(2 * number if number >= 0 else -2 * number - 1)


_POINT_HEAD, _LINES_HEAD, _POLYGON_HEAD = (
    _SHORT[3 << 3] + _SHORT[kind] + _SHORT[4 << 3 | 2] for kind in (_POINT, _LINES, _POLYGON)
)
_MOVE_TO_ONE, _CLOSE_PATH = _SHORT[1 << 3 | _MOVE], _SHORT[1 << 3 | _CLOSE]
_FEATURE, _NUMBER, _TAGS = _SHORT[2 << 3 | 2], _SHORT[1 << 3], _SHORT[2 << 3 | 2]


def _field(number: int, content: bytes) -> bytes:
    """A field that says how long it is."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def point(x: int, y: int) -> bytes:
    """The geometry of one point inside the tile."""
    right, down = _SHORT[2 * x], _SHORT[2 * y]
    return _POINT_HEAD + _SHORT[1 + len(right) + len(down)] + _MOVE_TO_ONE + right + down


def lines(parts: Iterable[Ring]) -> bytes:
    """The geometry of lines, each of two corners at least."""
    written = bytearray()
    at = (0, 0)
    for corners in parts:
        at = _draw(written, corners, at)
    return _LINES_HEAD + _varint(len(written)) + bytes(written)


def polygon(polygons: Iterable[Sequence[Ring]]) -> bytes:
    """The geometry of polygons, each its outer ring and then its holes; rings are open or closed, either way round."""
    written = bytearray()
    at = (0, 0)
    for rings in polygons:
        for place, ring in enumerate(rings):
            at = _draw(written, _turned(ring[:-1] if ring[0] == ring[-1] else ring, clockwise=place == 0), at)
            written += _CLOSE_PATH
    return _POLYGON_HEAD + _varint(len(written)) + bytes(written)


def _draw(written: bytearray, corners: Ring, at: tuple[int, int]) -> tuple[int, int]:
    """One path from corner to corner, beginning where the pen is; gives where it ends."""
    for step, corner in enumerate(corners):
        if step < 2:
            written += _MOVE_TO_ONE if step == 0 else _varint(len(corners) - 1 << 3 | _LINE)
        written += _zigzag(corner[0] - at[0]) + _zigzag(corner[1] - at[1])
        at = corner
    return at


def _turned(ring: Ring, *, clockwise: bool) -> Ring:
    """Outer rings run clockwise on the screen, holes the other way round."""
    after = [*ring[1:], ring[0]]
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, after, strict=True))
    return ring if (area > 0) == clockwise else ring[::-1]


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return _varint(7 << 3) + _varint(value)
    if isinstance(value, int):
        return _varint(6 << 3) + _zigzag(value)
    return _field(1, str(value).encode())


def layer(name: str, keys: Sequence[str], features: Iterable[Feature]) -> bytes:
    """One layer of a tile; the bytes of several layers one after the other are a tile too.

    A value of None is left out of its feature. A layer without features is no bytes at all.
    """
    tags: dict[tuple[int, Value, type], bytes] = {}
    values: list[bytes] = []
    written: list[bytes] = []
    for number, geometry, given in features:
        said = b""
        for place, value in enumerate(given):
            if value is None:
                continue
            known = (place, value, type(value))  # True and 1 are different values
            tag = tags.get(known)
            if tag is None:
                tag = tags[known] = _varint(place) + _varint(len(values))
                values.append(_value(value))
            said += tag
        head = _NUMBER + _varint(number) if number else b""
        feature = head + (_TAGS + _varint(len(said)) + said if said else b"") + geometry
        written.append(_FEATURE + _varint(len(feature)) + feature)
    if not written:
        return b""
    parts = [_varint(15 << 3) + _varint(2), _field(1, name.encode()), *written]
    parts += [_field(3, key.encode()) for key in keys]
    parts += [_field(4, value) for value in values]
    parts.append(_varint(5 << 3) + _varint(EXTENT))
    return _field(3, b"".join(parts))
