"""Codes of units: official ones down to the community, our own below it.

A grid has 15 digits, its community's 12 and a serial of 3 (after the Beijing standard for grid division);
deeper units add 3 digits a level. The code of a grid therefore says where it lies.
"""

from collections.abc import Collection

from jishi.kernel import divisions
from jishi.kernel.errors import Invalid

SERIAL_DIGITS = 3
OFFICIAL_DEPTH = 2  # county, town and community have codes given by the statistics office


def child_code(parent_code: str, serial: int) -> str:
    """The code of the ``serial``-th (from 1) unit below a community or a deeper unit."""
    if not 1 <= serial < 10**SERIAL_DIGITS:
        raise Invalid("一个单元下最多有999个下级单元。")
    return f"{parent_code}{serial:0{SERIAL_DIGITS}d}"


def next_code(parent_code: str, taken: Collection[str]) -> str:
    """The first free code below a unit after the highest one taken: numbers of ended units do not come back early."""
    width = len(parent_code) + SERIAL_DIGITS
    used = [
        int(code[-SERIAL_DIGITS:])
        for code in taken
        if len(code) == width and code.startswith(parent_code) and code[-SERIAL_DIGITS:].isdigit()
    ]
    serial = max(used, default=0) + 1
    if serial >= 10**SERIAL_DIGITS:
        serial = next((n for n in range(1, 10**SERIAL_DIGITS) if n not in set(used)), serial)
    return child_code(parent_code, serial)


def check_code(code: str, depth: int, parent_code: str) -> None:
    """Refuses a code that is malformed for its depth or does not fit below its parent."""
    if depth <= OFFICIAL_DEPTH:
        if divisions.parse_code(code) != code or divisions.level_of(code) != depth:
            raise Invalid(f"代码“{code}”不是第{depth}级单元的12位区划代码。")
        if depth and divisions.parent_of(code) != parent_code:
            raise Invalid(f"代码“{code}”不在上级“{parent_code}”之下。")
        return
    width = len(parent_code) + SERIAL_DIGITS
    if not (len(code) == width and code.isascii() and code.isdigit() and code.startswith(parent_code)):
        raise Invalid(f"代码“{code}”应为上级代码“{parent_code}”加{SERIAL_DIGITS}位顺序号，共{width}位。")
    if code.endswith("0" * SERIAL_DIGITS):
        raise Invalid(f"代码“{code}”的顺序号不能是000。")
