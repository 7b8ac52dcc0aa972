"""Taking a step: look, check, work out the change, write it down. One function for every step of the table."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import AREA_ROLES, Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.duties.queries import category
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.matters.actions.clockwork import clock_sets, granted_extensions
from jishi.matters.actions.county import County, county_rules
from jishi.matters.actions.ledger import RESIDENT, Actor, write_step
from jishi.matters.actions.merging import lock_in_order, lock_with_main
from jishi.matters.queries.detail import facts_for_step
from jishi.matters.queries.receipt import reporter_knows
from jishi.matters.queries.repeats import repeats
from jishi.matters.rules.checks import Place, Scene, check_step, holding_grant
from jishi.matters.rules.effects import EFFECTS, Setting, lapsing
from jishi.matters.rules.facts import Facts
from jishi.matters.rules.given import Given
from jishi.matters.rules.grading import Signals, raised_grade
from jishi.matters.rules.stages import Stage
from jishi.matters.rules.steps import STEPS, Holder, Step
from jishi.matters.rules.vocabulary import Grade, PhotoKind
from jishi.organizations.queries import centre_for, community_office_for, organization
from jishi.territory.queries import UnitRow, area_ids, unit, unit_at


@dataclass(frozen=True, slots=True)
class StepTaken:
    """What came of a step: enough to show the next page without reading the matter again."""

    number: str
    step: str
    stage: Stage
    version: int


@transaction.atomic
def take_step(
    *,
    number: str,
    step: str,
    by: Viewer | None,
    now: dt.datetime,
    given: Given | None = None,
    version: int | None = None,
    code: str = "",
) -> StepTaken:
    """Take one named step on a matter.

    ``by`` is the person at work, or None for a reporter who shows the ``code`` of the receipt. ``version`` is the
    one the person was looking at: if somebody acted since, ``Conflict`` says so. Raises ``NotFound`` for a matter
    the person may not know of, ``Forbidden``, ``Invalid`` (with the field) and ``Conflict``.
    """
    given = given or Given()
    wanted = STEPS.get(step)
    if wanted is None or wanted.holder is Holder.SYSTEM:
        raise Invalid("没有这个步骤", field="step")
    if wanted.name == "merge":
        lock_in_order(number, given.into)
    elif wanted.name == "unmerge":
        lock_with_main(number)
    facts = facts_for_step(number)
    if facts is None or not _knows_of(facts, wanted, by, code):
        raise NotFound("没有找到这件事项，或不在您的办理范围内")
    if version is not None and version != facts.version:
        raise Conflict("您打开页面之后，已有人办理过这件事项，请刷新后再看")
    rules = county_rules(localdate(now))
    scene = _scene(facts, wanted, given, by, rules, now)
    check_step(wanted, scene, by, given)
    return advance(
        facts=facts,
        step=wanted,
        given=given,
        actor=_actor(wanted, facts, by),
        rules=rules,
        now=now,
        scene=scene,
    )


def _knows_of(facts: Facts, step: Step, by: Viewer | None, code: str) -> bool:
    if by is None:
        return step.holder is Holder.REPORTER and reporter_knows(facts.number, code)
    return _sees(facts, by)


def _sees(facts: Facts, by: Viewer) -> bool:
    """Whether the matter lies in an area of the person or was sent to an organisation of theirs."""
    organizations = {part.organization_id for part in facts.parts} | {facts.responsible_id}
    return any(
        grant.organization_id in organizations or (grant.role in AREA_ROLES and grant.covers(facts.path))
        for grant in by.having(Permission.READ_MATTERS)
    )


def _actor(step: Step, facts: Facts, by: Viewer | None) -> Actor:
    if by is None:
        return RESIDENT
    grant = holding_grant(step, facts, by)
    return Actor(by.person_id, by.name, grant.organization_id if grant else None)


def _into(given: Given, by: Viewer | None) -> Facts | None:
    """The matter a duplicate goes into, if the person may know of it."""
    into = facts_for_step(given.into) if given.into and by is not None else None
    return into if into is not None and by is not None and _sees(into, by) else None


def _scene(facts: Facts, step: Step, given: Given, by: Viewer | None, rules: County, now: dt.datetime) -> Scene:
    pause_end_limit = None
    if step.name == "pause":
        pause_end_limit = rules.calendar.add_days(now, rules.handbook.pause_max_working_days)
    granted = 0
    if step.name == "ask_extension":
        granted = granted_extensions(facts.id, facts.clock_started_at).count()
    return Scene(
        facts=facts,
        handbook=rules.handbook,
        now=now,
        organizations=_bodies(facts, given),
        pause_end_limit=pause_end_limit,
        into=_into(given, by),
        extensions=granted,
        moved_path=_path_of(given.unit_id),
    )


def _path_of(unit_id: int | None) -> str:
    found = unit(unit_id) if unit_id is not None else None
    return found.path if found is not None else ""


def _bodies(facts: Facts, given: Given) -> Mapping[int, Place]:
    """The organisations a check may name, by id; unknown and ended ones are missing."""
    named = (given.lead_id, given.organization_id, facts.lead_id, *given.helper_ids)
    wanted = {organization_id for organization_id in named if organization_id is not None}
    found = {}
    for organization_id in wanted | {part.organization_id for part in facts.parts}:
        body = organization(organization_id)
        if body is not None:
            found[body.id] = Place(body.id, body.name, body.unit_path, body.unit_depth)
    return found


def advance(
    *,
    facts: Facts,
    step: Step,
    given: Given,
    actor: Actor,
    rules: County,
    now: dt.datetime,
    scene: Scene | None = None,
) -> StepTaken:
    """Write a step that was already found allowed."""
    change = EFFECTS[step.name](facts, given, _setting(facts, given, actor, rules, now, scene))
    change.note = change.note or given.note
    change.facts = {key: value for key, value in change.facts.items() if value not in (None, "", [])}
    target = step.target or facts.stage
    change.sides = [*lapsing(facts, change, target), *change.sides]
    change.sets["stage"] = target.value
    change.sets |= clock_sets(facts, change, target, rules, now)
    kind = PhotoKind.VERIFIED if step.name in {"verify", "reject"} else PhotoKind.HANDLED
    version = write_step(
        facts=facts, name=step.name, change=change, actor=actor, now=now, photos=given.photos, photo_kind=kind
    )
    return StepTaken(facts.number, step.name, target, version)


def _setting(facts: Facts, given: Given, actor: Actor, rules: County, now: dt.datetime, scene: Scene | None) -> Setting:
    here = unit_at(facts.path)
    unit_sets: dict[str, int | None] | None = None
    if given.unit_id is not None:
        moved = unit(given.unit_id)
        if moved is None:
            raise Invalid("没有这个社区或网格，请重新选择", field="unit_id")
        here = moved
        unit_sets = {"unit_id": moved.id}
        unit_sets |= {f"area_{depth}": unit_id for depth, unit_id in enumerate(area_ids(moved), start=1)}
    kind = category(given.category_code) if given.category_code else None
    if given.category_code and kind is None:
        raise Invalid("没有这个类别", field="category_code")
    office = community_office_for(here)
    new_class = given.category_code if given.category_code != facts.category_code else ""
    return Setting(
        handbook=rules.handbook,
        now=now,
        by=actor.person_id,
        organization_id=actor.organization_id,
        centre_id=centre_for(here).id,
        community_office_id=office.id if office is not None else None,
        minutes_a_day=rules.calendar.minutes_a_day,
        category_name=kind.name if kind is not None else "",
        category_urgent=kind is not None and kind.urgent,
        unit_sets=unit_sets,
        into_id=scene.into.id if scene is not None and scene.into is not None else None,
        raised=_raised(facts, given, here, new_class, rules, now),
    )


def _raised(
    facts: Facts, given: Given, here: UnitRow, new_class: str, rules: County, now: dt.datetime
) -> tuple[Grade, str] | None:
    """The higher grade spoken for by more units at work than before, or by a class just found to be reported again."""
    units = _units_after(facts, given)
    signals = Signals(
        units=units if units > len(facts.parts) else 1,
        repeats=repeats(category_code=new_class, unit=here, handbook=rules.handbook, now=now, but=facts.id),
    )
    lead = organization(given.lead_id or facts.lead_id or 0)
    return raised_grade(facts.grade, signals, rules.handbook, lead_depth=lead.unit_depth if lead is not None else None)


def _units_after(facts: Facts, given: Given) -> int:
    """How many organisations have a part after the step."""
    if given.lead_id is not None:
        return 1 + len(given.helper_ids)
    return len(facts.parts) + (given.organization_id is not None)
