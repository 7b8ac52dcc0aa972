"""How big a grid should be: 400 households, 1,200 people [001-17], and by how much it may miss that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jishi.kernel.errors import Invalid

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

    def load(self, households: int, collective: Iterable[int] = ()) -> float:
        """What so many households weigh; ``collective`` are the people of those among them that are dormitories and
        the like, of which not the one household counts but the people (K06: a dormitory of 2,000)."""
        shared = [max(1.0, people * self.households / self.people) for people in collective]
        return households - len(shared) + sum(shared)

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
