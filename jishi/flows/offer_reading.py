"""The services a place begins with (offers.csv), and its section ``orders``: how long each step may take."""

from collections.abc import Iterable

from jishi.orders.rules.offers import OfferEntry, check_offers
from jishi.organizations.rules.bodies import BodyEntry
from jishi.territory.rules.loading import Problem
from jishi.territory.rules.sources import Row, Section
from jishi.territory.rules.tree import UnitEntry

FILE = "offers.csv"
COLUMNS = ("code", "organization", "kind", "name", "what", "price", "price_note", "at_once", "per_day", "area")


def offers_of(
    rows: Iterable[Row], bodies: Iterable[BodyEntry], units: Iterable[UnitEntry], problems: list[Problem]
) -> tuple[OfferEntry, ...]:
    """The services of a file; what is wrong with them is added to ``problems``."""
    found = tuple(
        OfferEntry(**{column: row[column] for column in COLUMNS}, file=row.file, line=row.line) for row in rows
    )
    problems += check_offers(
        found, organization_codes={body.code for body in bodies}, unit_codes={unit.code for unit in units}
    )
    return found


def check_orders(place: Section) -> None:
    """The section ``orders`` of a template; a place without one keeps the defaults."""
    if "orders" not in place.value:
        return
    orders = place.inner("orders")
    orders.only("dispatch_working_hours", "accept_working_hours", "book_days", "source")
    for name in ("dispatch_working_hours", "accept_working_hours", "book_days"):
        if name in orders.value:
            orders.number(name, least=1)
    orders.text("source", "")
