"""Reading addresses. They are facts of the place and public; who lives behind a door is not known here."""

from jishi.addresses.queries.reading import (
    address,
    addresses,
    aliases,
    by_code,
    children,
    line_of,
    official_name,
    tops,
)
from jishi.addresses.rules.rows import AddressRow

__all__ = [
    "AddressRow",
    "address",
    "addresses",
    "aliases",
    "by_code",
    "children",
    "line_of",
    "official_name",
    "tops",
]
