"""The section ``registers`` of a place template: how long what was found at a door is taken for true."""

from jishi.registers.rules.verification import USUAL_DAYS
from jishi.territory.rules.sources import Section


def check_registers(place: Section) -> None:
    """A place without the section keeps the usual periods. Days, by kind of record; rented homes have their own."""
    if "registers" not in place.value:
        return
    registers = place.inner("registers")
    registers.only("verify_days", "source")
    registers.text("source", "")
    days = registers.inner("verify_days")
    kinds = [*(kind.value for kind in USUAL_DAYS), "rented"]
    days.only(*kinds)
    for kind in kinds:
        if kind in days.value:
            days.number(kind, least=1)
