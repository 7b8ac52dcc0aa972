"""What is known of a door, as first values of a form that asks where something happened."""

from typing import Any

from jishi.addresses import queries as addresses
from jishi.kernel.errors import DomainError
from jishi.territory.queries import unit

COMMUNITY = 2  # the depth of the select on the residents' form


def at_door(code: str) -> dict[str, Any]:
    """The first values of the report form at a door; nothing for a code that is none."""
    if not code:
        return {}
    try:
        found = addresses.by_code(code)
    except DomainError:
        return {}
    here = unit(found.unit_id)
    if here is None or not found.is_live:
        return {}
    return {
        "door": found.code,
        "unit": here.line[COMMUNITY] if here.depth >= COMMUNITY else None,
        "place": found.full_name[:120],
        "longitude": found.longitude,
        "latitude": found.latitude,
    }
