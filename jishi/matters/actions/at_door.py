"""A report made at a door: what its plate says need not be typed."""

from dataclasses import replace

from jishi.addresses import queries as addresses
from jishi.kernel.errors import DomainError, Invalid
from jishi.matters.rules.given import Report
from jishi.territory.queries import unit

_LONGEST_PLACE = 120


def at_its_door(report: Report) -> Report:
    """The report with unit, place and point of the door whose plate was scanned, as far as they were not given.

    Who then names another community speaks of another place: the door is left out. Raises Invalid (field
    ``door_code``) for a code that is none or whose door is gone.
    """
    if not report.door_code:
        return report
    door = _door(report.door_code)
    here = unit(door.unit_id)
    named = unit(report.unit_id) if report.unit_id is not None else here
    if here is None or named is None or not here.is_within(named):
        return replace(report, door_code="")
    pointed = report.longitude is not None or report.latitude is not None
    return replace(
        report,
        door_code=door.code or "",
        unit_id=here.id,
        place=report.place or door.full_name[:_LONGEST_PLACE],
        longitude=report.longitude if pointed else door.longitude,
        latitude=report.latitude if pointed else door.latitude,
    )


def _door(code: str) -> addresses.AddressRow:
    try:
        door = addresses.by_code(code)
    except DomainError as error:
        raise Invalid(error.message, field="door_code") from error
    if not door.is_live:
        raise Invalid(f"“{door.full_name}”已经注销，请直接写明地点。", field="door_code")
    return door
