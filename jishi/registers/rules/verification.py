"""How long what was found at the door is taken for true. The place says it, a period for each kind of record."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jishi.registers.rules.vocabulary import RecordKind

USUAL_DAYS = {
    RecordKind.RESIDENT: 365,
    RecordKind.HOUSEHOLD: 180,
    RecordKind.DWELLING: 365,
    RecordKind.PREMISES: 180,
}
RENTED_DAYS = 60  # a household in a rented home


@dataclass(frozen=True, slots=True)
class Periods:
    """Days from one verification to the next, by kind of record; rented homes have their own."""

    days: Mapping[RecordKind, int]
    rented_days: int

    def last_good_day(self, kind: RecordKind, today: dt.date, *, rented: bool = False) -> dt.date:
        """A record verified on this day or later still holds today; one verified before it is to be verified."""
        return today - dt.timedelta(days=self.rented_days if rented else self.days[kind])

    def is_due(self, kind: RecordKind, verified_on: dt.date, today: dt.date, *, rented: bool = False) -> bool:
        return verified_on < self.last_good_day(kind, today, rented=rented)


def periods_of(content: Mapping[str, Any]) -> Periods:
    """The periods of a place template, section ``registers.verify_days``; what it leaves out is usual."""
    said = content.get("registers", {}).get("verify_days", {})
    days = {kind: int(said.get(kind.value, usual)) for kind, usual in USUAL_DAYS.items()}
    return Periods(days, int(said.get("rented", RENTED_DAYS)))
