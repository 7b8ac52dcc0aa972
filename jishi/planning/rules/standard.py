"""How big a grid should be: 400 households, 1,200 people [001-17], and by how much it may miss that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jishi.kernel.errors import Invalid

# Beyond it far more people live than households are counted: a dormitory. The same bound as algorithms.districting.
PEOPLE_PER_HOUSEHOLD_AT_MOST = 6
MOST_HOUSEHOLDS, MOST_PEOPLE = 5_000, 20_000


@dataclass(frozen=True, slots=True)
class Standard:
    """``tolerance`` in whole per cent of the households."""

    households: int = 400
    people: int = 1200
    tolerance: int = 10

    def __post_init__(self) -> None:
        if not 1 <= self.households <= MOST_HOUSEHOLDS:
            raise Invalid(f"每格户数须在1到{MOST_HOUSEHOLDS}之间。", field="households")
        if not 1 <= self.people <= MOST_PEOPLE:
            raise Invalid(f"每格人数须在1到{MOST_PEOPLE}之间。", field="people")
        if not 1 <= self.tolerance <= 99:
            raise Invalid("容许偏差须在1%到99%之间。", field="tolerance")

    @property
    def least(self) -> float:
        return self.households * (100 - self.tolerance) / 100

    @property
    def most(self) -> float:
        return self.households * (100 + self.tolerance) / 100

    def load(self, households: int, people: int) -> float:
        """What a block weighs, in households; where people live together without households they count."""
        if people > PEOPLE_PER_HOUSEHOLD_AT_MOST * households:
            return people * self.households / self.people
        return float(households)

    def allows(self, load: float) -> bool:
        return self.least <= load <= self.most

    def __str__(self) -> str:
        return f"{self.households}户{self.people}人，容许偏差{self.tolerance}%"


def standard_of(content: Mapping[str, Any]) -> Standard:
    """The standard in a place template, where the tolerance is a share; the one of the field if it says nothing."""
    given = content.get("grid_standard") or {}
    usual = Standard()
    return Standard(
        int(given.get("households", usual.households)),
        int(given.get("persons", usual.people)),
        round(100 * given["tolerance"]) if "tolerance" in given else usual.tolerance,
    )
