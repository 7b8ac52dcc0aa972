"""Numbers of orders look like those of matters and end their letters with D (点单): ``SFD261122-4827-1936-5``."""

from jishi.kernel.numbers import parse_number

MARK = "D"


def prefix_of(place_prefix: str) -> str:
    return f"{place_prefix}{MARK}"


def is_order_number(number: str, place_prefix: str) -> bool:
    return number.startswith(prefix_of(place_prefix))


def parse_order_number(text: str) -> str:
    """The canonical form of a number as somebody typed it; raises ``Invalid``, calling it what an order's is called."""
    return parse_number(text, noun="点单编号", example="SFD261122-4827-1936-5")
