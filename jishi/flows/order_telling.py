"""A step on an order is told to the community and the unit it concerns: an in-app notice each, and a letter."""

import datetime as dt

from django.utils import timezone

from jishi.accounts.queries import email_addresses, staff_in, staff_of
from jishi.accounts.rules.roles import Role
from jishi.notices.rules.messages import Spread, ToMailbox, ToPerson
from jishi.notices.rules.work import ClaimedEvent
from jishi.orders.queries.told import Told, told
from jishi.orders.rules.telling import TOLD, Audience, sentence


def tell_of_order_step(event: ClaimedEvent, now: dt.datetime) -> Spread:
    """Who is told of one step, without the person who took it."""
    order = told(int(event.subject.removeprefix("order:")), event.facts["seq"])
    people = _people(order, timezone.localdate(now)) - {order.by_id or 0}
    text = sentence(order.step, number=order.number, service=order.service, note=order.note)
    link = f"/orders/{order.number}/"
    letters = email_addresses(people)
    return Spread(
        people=tuple(ToPerson(person, text, link) for person in sorted(people)),
        mailboxes=tuple(ToMailbox(address, text[:80], text) for _, address in sorted(letters.items())),
    )


def _people(order: Told, today: dt.date) -> set[int]:
    audiences = TOLD[order.step]
    people: set[int] = set()
    if Audience.COMMUNITY in audiences:
        people.update(staff_in(order.path, Role.COMMUNITY, today))
    if Audience.UNIT in audiences:
        people.update(person for unit in order.unit_ids for person in staff_of(unit, today))
    return people
