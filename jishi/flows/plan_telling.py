"""What becomes of a plan for grids is told to whoever asked, to who approves it, and to who works in the grids."""

import datetime as dt

from django.utils import timezone

from jishi.accounts.queries import email_addresses, staff_in
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM
from jishi.notices.actions import tell
from jishi.notices.rules.messages import Spread, ToMailbox, ToPerson
from jishi.notices.rules.work import ClaimedEvent
from jishi.planning.queries import grids_of, plan
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.vocabulary import State
from jishi.territory.queries import unit_at

PLAN_MOVED = "grid_plan.state"  # the kind of event


def note(plan_id: int, state: State, now: dt.datetime) -> None:
    """Leave the event, within the transaction of what it tells of."""
    tell(kind=PLAN_MOVED, subject=f"grid_plan:{plan_id}", facts={"plan": plan_id, "state": state.value}, now=now)


def tell_of_plan(event: ClaimedEvent, now: dt.datetime) -> Spread:
    """Who is told of one state, as it was when the event was left."""
    state, row = State(event.facts["state"]), plan(SYSTEM, event.facts["plan"])
    people = _people(state, row, timezone.localdate(now))
    text, link = _sentence(state, row), f"/grids/plans/{row.id}/"
    letters = email_addresses(people)
    # Grid workers are told what concerns them; the plan itself is not theirs to open.
    own = people - _workers(row, timezone.localdate(now))
    return Spread(
        people=tuple(ToPerson(person, text, link if person in own else "/day/") for person in sorted(people)),
        mailboxes=tuple(ToMailbox(address, text[:80], text) for _, address in sorted(letters.items())),
    )


def _people(state: State, row: PlanRow, today: dt.date) -> set[int]:
    asker = {row.asked_by_id} - {0}
    if row.state is State.WITHDRAWN:
        return set()
    if state is State.READY:
        return asker | _holding(row, (Role.LEADER, Role.ADMINISTRATOR), today)
    if state is State.APPROVED:
        return asker | _holding(row, (Role.COMMUNITY,), today) | _workers(row, today)
    return asker


def _holding(row: PlanRow, roles: tuple[Role, ...], today: dt.date) -> set[int]:
    return {person for role in roles for person in staff_in(row.community.path, role, today)}


def _workers(row: PlanRow, today: dt.date) -> set[int]:
    grids = grids_of(unit_at(row.community.path).id)
    return {person for grid in grids for person in staff_in(grid.path, Role.GRID_WORKER, today)}


def _sentence(state: State, row: PlanRow) -> str:
    name = row.community.name
    if state is State.READY:
        return f"【网格划分】{name}的方案（{row.mode.label}）已算出，由{row.asked_by}提出，待批准"
    if state is State.APPROVED:
        return f"【网格划分】{name}的方案已由{row.decided_by}批准，即日起生效，请看各自网格有没有变动"
    return f"【网格划分】{name}的方案没有算出：{row.note}"
