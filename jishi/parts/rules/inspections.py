"""When a component is to be looked at, and what is known of it since."""

import datetime as dt
from enum import StrEnum

from jishi.parts.rules.codes import serial_of


class Condition(StrEnum):
    """What an inspection finds."""

    SOUND = "sound"
    FAULTY = "faulty"

    @property
    def label(self) -> str:
        return {"sound": "完好", "faulty": "有故障"}[self.value]


class Standing(StrEnum):
    """What may be said of a component today: what was not looked at in time is not called sound."""

    SOUND = "sound"
    DUE = "due"
    FAULTY = "faulty"

    @property
    def label(self) -> str:
        return {"sound": "完好", "due": "待巡查", "faulty": "有故障"}[self.value]


def next_inspection(day: dt.date, days: int | None) -> dt.date | None:
    """The last day on which the next inspection is in time; None for what has no cycle."""
    return day + dt.timedelta(days=days) if days is not None else None


def first_inspection(code: str, inspected_on: dt.date | None, today: dt.date, days: int | None) -> dt.date | None:
    """When a component new in the register is to be looked at.

    Of thousands that come with one file and without a date of inspection, equally many fall to each day of a cycle.
    """
    if days is None or inspected_on is not None:
        return next_inspection(inspected_on or today, days)
    return today + dt.timedelta(days=1 + serial_of(code) % days)


def standing(condition: Condition, inspect_by: dt.date | None, today: dt.date) -> Standing:
    if condition is Condition.FAULTY:
        return Standing.FAULTY
    return Standing.DUE if inspect_by is not None and inspect_by < today else Standing.SOUND
