"""The county at work: its people, its calendar and its clock, and the hands that take a step."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from jishi.accounts.rules.viewer import Viewer
from jishi.demo.clock import Clock
from jishi.demo.staff import Staff
from jishi.demo.topics import Topic
from jishi.duties.queries import Suggestion, suggest
from jishi.kernel.worktime import WorkCalendar
from jishi.matters.actions.steps import StepTaken, take_step
from jishi.matters.queries.detail import facts_for_step
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.given import Given, PhotoFile
from jishi.matters.rules.handbook import Handbook
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.organizations.queries import organization
from jishi.territory.queries import UnitRow

DAWN, DUSK = dt.time(7, 30), dt.time(21, 0)  # when people who walk the streets are about


@dataclass(slots=True)
class Case:
    """One matter in the hands of the demo."""

    number: str
    code: str  # what the resident holds
    unit: UnitRow
    topic: Topic
    channel: Channel
    text: str
    category_code: str
    urgent: bool
    chance: Random
    lead_id: int | None = None
    helper_ids: tuple[int, ...] = ()
    hands: set[int] = field(default_factory=set)  # ids of the people who worked on it


@dataclass(slots=True)
class World:
    staff: Staff
    clock: Clock
    calendar: WorkCalendar
    handbook: Handbook
    album: list[PhotoFile]
    digits: Callable[[int], int]
    cases: list[Case] = field(default_factory=list)
    stumbled: list[str] = field(default_factory=list)  # lives that ended because a rule said no

    @property
    def now(self) -> dt.datetime:
        return self.clock.now

    def office(self, chance: Random, low: int, high: int) -> dt.datetime:
        """After some office time, most often little of it. Minutes."""
        return self.after_work(int(chance.triangular(low, high, low + (high - low) / 4)))

    def after_work(self, minutes: int) -> dt.datetime:
        """After so many minutes of office time, never on the stroke of closing."""
        moment = self.calendar.add_minutes(self.now, max(1, minutes))
        return moment - dt.timedelta(seconds=moment.minute * 7 % 50 + 1)

    def wait(self, case: Case, low: int, high: int) -> dt.datetime:
        """The same for a step on a matter; for what is urgent somebody is on duty at any hour, and quick."""
        if not case.urgent:
            return self.office(case.chance, low, high)
        return self.now + dt.timedelta(minutes=min(45, case.chance.randint(low, high) // 4 + 2))

    def walk(self, chance: Random, low: int, high: int) -> dt.datetime:
        """After some minutes, but at a time of day when people are about."""
        moment = self.now + dt.timedelta(minutes=chance.randint(low, high), seconds=chance.randrange(60))
        if moment.time() < DAWN:
            return moment.replace(hour=8, minute=chance.randrange(60))
        if moment.time() > DUSK:
            return (moment + dt.timedelta(days=1)).replace(hour=8, minute=chance.randrange(60))
        return moment

    def facts(self, case: Case) -> Facts:
        facts = facts_for_step(case.number)
        assert facts is not None
        return facts

    def take(self, case: Case, step: str, by: Viewer | None, code: str = "", **given: Any) -> StepTaken:
        return take_step(number=case.number, step=step, by=by, now=self.now, given=Given(**given), code=code)

    def dispatcher(self, case: Case) -> Viewer:
        return case.chance.choice(self.staff.dispatchers_at(case.unit))

    def handler(self, case: Case, organization_id: int | None = None) -> Viewer:
        """Somebody of an organisation, or of the lead."""
        organization_id = organization_id or case.lead_id
        assert organization_id is not None
        return case.chance.choice(self.staff.handlers[organization_id])

    def suggested(self, case: Case) -> Suggestion:
        """Whom the duty lists name, of those in the demo that have people."""
        found = suggest(text=case.text, category_code=case.category_code, unit=case.unit)
        return next(one for one in found if one.organization_id in self.staff.handlers)

    def others(self, case: Case, besides: int | None) -> list[int]:
        """Departments that could be asked by mistake, or as helpers."""
        return [id for id in self.staff.handlers if id != besides and self._serves_county(id)]

    @staticmethod
    def _serves_county(organization_id: int) -> bool:
        body = organization(organization_id)
        return body is not None and body.unit_depth == 0

    def grade_for(self, grade: Grade, organization_id: int) -> Grade | None:
        """The grade that lets an organisation of this level lead; None if the present one does."""
        body = organization(organization_id)
        assert body is not None
        if body.unit_depth in self.handbook.grades[grade].depths:
            return None
        fits = (Grade.SMALL, Grade.TINY, Grade.BIG, Grade.HARD)
        return next(grade for grade in fits if body.unit_depth in self.handbook.grades[grade].depths)

    def picture(self, chance: Random) -> tuple[PhotoFile, ...]:
        return (chance.choice(self.album),)

    @staticmethod
    def point_near(unit: UnitRow, chance: Random) -> tuple[float, float]:
        """A point close to the middle of a unit: longitude and latitude."""
        assert unit.longitude is not None
        assert unit.latitude is not None
        east, north = chance.uniform(-9e-4, 9e-4), chance.uniform(-7e-4, 7e-4)
        return round(unit.longitude + east, 6), round(unit.latitude + north, 6)
