"""Door plates (门牌) with a QR code, ten on a sheet of A4, to be printed, cut and laminated."""

from collections.abc import Sequence
from dataclasses import dataclass

# Two columns of five on a sheet.
COLUMNS, ROWS = 2, 5
A_SHEET = COLUMNS * ROWS


@dataclass(frozen=True, slots=True)
class Plate:
    """What stands on one plate: what lies above the door, the door itself, the community, and its code."""

    above: str
    name: str
    community: str
    code: str


def plates_pdf(plates: Sequence[Plate], *, site: str, county: str) -> bytes:
    """The sheets as a PDF. ``site`` is the address residents reach the pages at, ``https://…`` without a slash.

    The QR code holds ``site/d/CODE/``. The Chinese font is part of the file, so that any printer shows it.
    """
    from jishi.addresses.rules.plate_drawing import drawn  # its libraries are heavy and needed here only

    return drawn(plates, site=site, county=county)
