"""Reading addresses. They are facts of the place and public; who lives behind a door is not known here."""

from jishi.addresses.queries.nearby import Nearest, doors_near, nearest
from jishi.addresses.queries.plating import plates_below, plates_in
from jishi.addresses.queries.reading import (
    address,
    addresses,
    aliases,
    by_code,
    children,
    history,
    line_of,
    official_name,
    state_on,
    tops,
)
from jishi.addresses.queries.searching import Found, search
from jishi.addresses.rules.rows import AddressRow

__all__ = [
    "AddressRow",
    "Found",
    "Nearest",
    "address",
    "addresses",
    "aliases",
    "by_code",
    "children",
    "doors_near",
    "history",
    "line_of",
    "nearest",
    "official_name",
    "plates_below",
    "plates_in",
    "search",
    "state_on",
    "tops",
]
