"""A step is told to the people it concerns: an in-app notice each, and a letter where they left an address."""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from jishi.accounts.queries import email_addresses, staff_in, staff_of
from jishi.accounts.rules.roles import Role
from jishi.matters.queries.audience import Told, told
from jishi.matters.queries.desks import instruction_told
from jishi.matters.rules.steps import REGISTER
from jishi.matters.rules.telling import Audience, audiences, sentence
from jishi.matters.rules.vocabulary import Channel
from jishi.notices.rules.messages import Spread, ToMailbox, ToPerson
from jishi.notices.rules.work import ClaimedEvent
from jishi.organizations.queries import centre_for, organization, superior_of
from jishi.territory.queries import unit_at


def tell_of_step(event: ClaimedEvent, now: dt.datetime) -> Spread:
    """Who is told of one step, without the person who took it.

    Matters that came in with a file are not told one by one: they lie on the worklist, and thousands of notices
    would bury the rest.
    """
    matter = told(int(event.subject.removeprefix("matter:")), event.facts["seq"])
    if matter.step == REGISTER and matter.channel == Channel.IMPORT:
        return Spread()
    today = timezone.localdate(now)
    people: set[int] = set()
    for audience in audiences(matter.step, escalation=matter.escalation):
        people.update(_people(audience, matter, today))
    people.discard(matter.by_id or 0)
    text = sentence(matter.step, number=matter.number, title=matter.title, note=matter.note)
    return _spread(people, text, f"/matters/{matter.number}/")


def tell_of_instruction(event: ClaimedEvent, now: dt.datetime) -> Spread:
    """A new 批办 is told to the unit it was given to, an answered one to its leader."""
    row = instruction_told(event.facts["id"])
    if event.kind == "instruction.answered":
        return _spread({row["leader_id"]}, f"【批办已反馈】{row['answer']}", "/instructions/")
    text = f"【领导批办】{row['leader_name']}：{row['text']}"
    people = staff_of(row["organization_id"], timezone.localdate(now))
    number = row["matter__number"]
    return _spread(set(people), text, f"/matters/{number}/" if number else "/queue/")


def _people(audience: Audience, matter: Told, today: dt.date) -> Iterable[int]:
    match audience:
        case Audience.LEAD:
            return staff_of(matter.lead_id, today) if matter.lead_id is not None else ()
        case Audience.HELPERS:
            return [person for helper in matter.helper_ids for person in staff_of(helper, today)]
        case Audience.RESPONSIBLE:
            return staff_of(matter.responsible_id, today)
        case Audience.SUPERIOR:
            body = organization(matter.responsible_id)
            above = superior_of(body) if body is not None else None
            return staff_of(above.id, today) if above is not None else ()
        case Audience.CENTRE:
            return staff_of(centre_for(unit_at(matter.path)).id, today)
        case Audience.GROUND:
            workers = staff_in(matter.path, Role.GRID_WORKER, today)
            return [*workers, *staff_in(matter.path, Role.COMMUNITY, today)]
        case Audience.LEADERS:
            return staff_in(matter.path, Role.LEADER, today)
        case Audience.REGISTRAR:
            return matter.registrar_ids


def _spread(people: set[int], text: str, link: str) -> Spread:
    letters = email_addresses(people)
    return Spread(
        people=tuple(ToPerson(person, text, link) for person in sorted(people)),
        mailboxes=tuple(ToMailbox(address, text[:80], text) for _, address in sorted(letters.items())),
    )
