"""Households of the little county of the cast, and the shortcuts by which tests enter them."""

import datetime as dt
from typing import Any

from jishi.kernel.citizen_numbers import citizen_check
from jishi.registers.actions.households import Entered, enter_household
from jishi.registers.models import Household, Resident
from jishi.registers.rules.entries import HouseholdEntry, Origin, PersonEntry
from jishi.registers.rules.vocabulary import Relation, Source, StayKind
from tests.cast import NOW, Cast


def citizen_number(birth: str = "19850312", sequence: int = 11, region: str = "000000") -> str:
    """A number that holds together; the division 000000 exists nowhere."""
    first = f"{region}{birth}{sequence:03d}"
    return first + citizen_check(first)


def person(name: str = "张清晓", relation: Relation = Relation.HEAD, **more: Any) -> PersonEntry:
    stays = more.pop("stays", (StayKind.REGISTERED, StayKind.USUAL))
    moves = more.pop("moves", False)
    return PersonEntry({"name": name, **more}, relation, stays, moves)


def entry(cast: Cast, *people: PersonEntry, door: str = "3栋2单元502", unit: Any = None, **more: Any) -> HouseholdEntry:
    home = {"door": door, **more.pop("home", {})}
    return HouseholdEntry((unit or cast.grid).pk, people or (person(),), home, **more)


def enter(
    cast: Cast,
    *people: PersonEntry,
    by: str = "li",
    now: dt.datetime = NOW,
    source: Source = Source.DOOR,
    **more: Any,
) -> Entered:
    """小李 enters a household at its door; another ``by`` enters it in their grid by ``unit``."""
    made = entry(cast, *people, **more)
    return enter_household(entry=made, origin=Origin(source), by=cast.viewer(by), now=now)


def household(entered: Entered) -> Household:
    return Household.objects.get(pk=entered.id)


def resident(entered: Entered, place: int = 0) -> Resident:
    return Resident.objects.get(pk=entered.resident_ids[place])
