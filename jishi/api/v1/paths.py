"""What stands in an address. A number that cannot be one is simply not found, and the reason is said."""

from collections.abc import Callable
from typing import Annotated

from ninja import Path
from pydantic import WithJsonSchema

from jishi.api.v1.shapes import MOST
from jishi.kernel.errors import Invalid, NotFound
from jishi.kernel.numbers import parse_number
from jishi.orders.rules.numbers import parse_order_number

Number = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "description": "受理编号",
            "pattern": r"^[A-Z]{1,4}[0-9]{6}-[0-9]{4}-[0-9]{4}-[0-9]$",
            "example": "SF261122-4827-1936-5",
        }
    ),
    Path(),
]
Identity = Annotated[int, Path(description="编号", ge=1, le=MOST)]


def number_of(text: str) -> str:
    """The number as it is kept; forgives dashes and lower case. Raises ``NotFound``."""
    return _parsed(text, parse_number)


def order_number_of(text: str) -> str:
    """The same for the number of an order."""
    return _parsed(text, parse_order_number)


def _parsed(text: str, parse: Callable[[str], str]) -> str:
    try:
        return parse(text)
    except Invalid as error:
        raise NotFound(error.message, field="number") from error
