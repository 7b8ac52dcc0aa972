"""Numbers of orders look like those of matters and end their letters with D (点单): ``SFD261122-4827-1936-5``."""

MARK = "D"


def prefix_of(place_prefix: str) -> str:
    return f"{place_prefix}{MARK}"


def is_order_number(number: str, place_prefix: str) -> bool:
    return number.startswith(prefix_of(place_prefix))
