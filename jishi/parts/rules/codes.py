"""The code of a component: six digits of the county, two of its class, two of its sub-class, six of its own."""

import unicodedata

from jishi.kernel.errors import Invalid

COUNTY, SUBCLASS, LENGTH = 6, 4, 16
MOST = 999_999  # components of one sub-class in a county


def clean_code(text: str) -> str:
    """A code as people type it: full-width digits, blanks between the groups."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def fault_of(code: str, county: str) -> str:
    """What is wrong with a code in the county with these six digits; empty if nothing is."""
    if not code:
        return "部件代码为空"
    if not (code.isascii() and code.isdigit()):
        return f"部件代码“{code[:30]}”只能由数字组成"
    if len(code) != LENGTH:
        return f"部件代码“{code[:30]}”有{len(code)}位，应为{LENGTH}位"
    if code[:COUNTY] != county:
        return f"部件代码的前6位“{code[:COUNTY]}”不是本县代码{county}"
    return "部件代码的顺序号不能是000000" if code[-6:] == "000000" else ""


def subclass_of(code: str) -> str:
    """The four digits of the sub-class, which begin with those of its class."""
    return code[COUNTY : COUNTY + SUBCLASS]


def serial_of(code: str) -> int:
    return int(code[-6:])


def make_code(county: str, subclass: str, serial: int) -> str:
    """Raises Invalid where a sub-class has no number left."""
    if serial > MOST:
        raise Invalid(f"小类{subclass}的顺序号已经用完")
    return f"{county}{subclass}{serial:06d}"
