"""Who is looking, and who works where."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from jishi.accounts.models import Person, Posting, Token
from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import SYSTEM, Grant, Viewer
from jishi.kernel.errors import NotFound
from jishi.orm.dated import live_on

PAGE = 50

# Asked once by every request, so written out: Django would spend longer on composing it than the database on
# answering. The outer joins keep people without any posting: they may log in, and may do nothing.
VIEWER = """
SELECT person.id, person.name, posting.role, unit.id, unit.name, unit.depth, unit.path, office.id, office.name
FROM accounts_person person
LEFT JOIN accounts_posting posting ON posting.person_id = person.id
    AND posting.valid_from <= %s AND (posting.valid_to IS NULL OR posting.valid_to > %s)
LEFT JOIN territory_unit unit ON unit.id = posting.unit_id
LEFT JOIN organizations_organization office ON office.id = posting.organization_id
"""
BY_ID = f"{VIEWER} WHERE person.id = %s AND person.is_active ORDER BY posting.id"
BY_TOKEN = f"""{VIEWER} JOIN accounts_token token ON token.person_id = person.id
WHERE token.digest = %s AND token.revoked_at IS NULL AND (token.expires_at IS NULL OR token.expires_at > %s)
    AND person.is_active ORDER BY posting.id"""


@dataclass(frozen=True, slots=True)
class PostingRow:
    id: int
    role: Role
    unit_id: int
    unit_name: str
    organization_id: int | None
    organization_name: str
    valid_from: dt.date
    valid_to: dt.date | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: int
    name: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people, with the postings that have not ended."""

    id: int
    username: str
    name: str
    phone: str
    email: str
    is_active: bool
    left_at: dt.datetime | None
    postings: tuple[PostingRow, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    rows: tuple[PersonRow, ...]
    number: int  # counted from 1
    pages: int
    total: int


def viewer_of(person_id: int, today: dt.date) -> Viewer | None:
    """The person with the postings that hold ``today``; nothing for a leaver or an unknown id. One query."""
    return _viewer(BY_ID, [today, today, person_id])


def viewer_of_token(digest: str, now: dt.datetime) -> Viewer | None:
    """Whose key this is (SHA-256 in hex); nothing if it is unknown, revoked or expired. One query."""
    today = timezone.localdate(now)
    return _viewer(BY_TOKEN, [today, today, digest, connection.ops.adapt_datetimefield_value(now)])


def _viewer(sql: str, given: Sequence[Any]) -> Viewer | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        rows = cursor.fetchall()
    if not rows:
        return None
    grants = tuple(
        Grant(
            role=Role(role),
            unit_id=unit_id,
            unit_name=unit_name,
            depth=depth,
            path=path,
            organization_id=office_id,
            organization_name=office_name or "",
        )
        for _, _, role, unit_id, unit_name, depth, path, office_id, office_name in rows
        if role is not None
    )
    return Viewer(person_id=rows[0][0], name=rows[0][1], grants=grants)


def people(viewer: Viewer, search: str = "", page: int = 1, only_active: bool = False) -> PeoplePage:
    """People by name or user name, 50 a page; for those who manage people."""
    if viewer is not SYSTEM:
        viewer.check(Permission.MANAGE_PEOPLE)
    found = Person.objects.order_by("-is_active", "name", "id")
    if only_active:
        found = found.filter(is_active=True)
    for word in search.split():
        found = found.filter(Q(name__icontains=word) | Q(username__icontains=word) | Q(phone=word))
    total = found.count()
    pages = max(1, -(-total // PAGE))
    number = min(max(1, page), pages)
    rows = found.prefetch_related(
        Prefetch("postings", _postings().filter(valid_to__isnull=True), to_attr="open_postings")
    )[(number - 1) * PAGE : number * PAGE]
    return PeoplePage(tuple(_person_row(row) for row in rows), number, pages, total)


def person(viewer: Viewer, person_id: int) -> PersonRow:
    """One person; for those who manage people, and for oneself."""
    _check_may_read(viewer, person_id)
    found = (
        Person.objects.filter(pk=person_id)
        .prefetch_related(Prefetch("postings", _postings().filter(valid_to__isnull=True), to_attr="open_postings"))
        .first()
    )
    if found is None:
        raise NotFound("没有这个人员")
    return _person_row(found)


def postings_of(viewer: Viewer, person_id: int) -> tuple[PostingRow, ...]:
    """All postings a person ever held, the latest first."""
    _check_may_read(viewer, person_id)
    held = _postings().filter(person_id=person_id).order_by("-valid_from", "-id")
    return tuple(_posting_row(posting) for posting in held)


def tokens_of(viewer: Viewer, person_id: int) -> tuple[TokenRow, ...]:
    """The keys of a person's programs, without the keys."""
    _check_may_read(viewer, person_id)
    return tuple(
        TokenRow(token.id, token.name, token.created_at, token.expires_at, token.revoked_at)
        for token in Token.objects.filter(person_id=person_id).order_by("-id")
    )


def staff_of(organization_id: int, today: dt.date) -> tuple[int, ...]:
    """Ids of the people who act for an organisation on that day."""
    return _staff(Posting.objects.filter(organization_id=organization_id), today)


def staff_in(path: str, role: Role, today: dt.date) -> tuple[int, ...]:
    """Ids of the people in this role whose area contains the unit: posted to it or to one above it."""
    above = [int(part) for part in path.split("/") if part]
    return _staff(Posting.objects.filter(role=role, unit_id__in=above), today)


def posted_in(unit_ids: Iterable[int], role: Role, today: dt.date) -> frozenset[int]:
    """Those of the units (ids) to which somebody is posted in this role on that day."""
    posted = Posting.objects.filter(live_on(today), role=role, unit_id__in=set(unit_ids), person__is_active=True)
    return frozenset(posted.values_list("unit_id", flat=True))


@dataclass(frozen=True, slots=True)
class Contact:
    """Who holds a post that answers for a place."""

    role: Role
    name: str
    phone: str
    unit_name: str
    person_id: int


def contacts(path: str, roles: Iterable[Role], today: dt.date) -> tuple[Contact, ...]:
    """Who holds these posts for a unit: posted to it or to one above it, the nearest first."""
    above = [int(part) for part in path.split("/") if part]
    posted = Posting.objects.filter(role__in=list(roles), unit_id__in=above, person__is_active=True)
    found = posted.filter(live_on(today)).order_by("-unit__depth", "role", "person__name")
    fields = found.values_list("role", "person__name", "person__phone", "unit__name", "person_id")
    return tuple(Contact(Role(role), name, phone, unit_name, id) for role, name, phone, unit_name, id in fields)


def email_addresses(person_ids: Iterable[int]) -> dict[int, str]:
    """Where to write to people in service; those without an address are left out."""
    return dict(
        Person.objects.filter(pk__in=list(person_ids), is_active=True).exclude(email="").values_list("id", "email")
    )


def phones_of(person_ids: Iterable[int]) -> tuple[str, ...]:
    """The telephone numbers of people in service, to recognise one of them; those without a number are left out."""
    people = Person.objects.filter(pk__in=list(person_ids), is_active=True).exclude(phone="")
    return tuple(people.values_list("phone", flat=True))


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """What these people are called, leavers too; for records that name them by their id."""
    return dict(Person.objects.filter(pk__in=list(person_ids)).values_list("id", "name"))


def ids_named(name: str) -> tuple[int, ...]:
    """Everybody of exactly this name, leavers too."""
    return tuple(Person.objects.filter(name=name).order_by("id").values_list("id", flat=True))


def person_id_of(username: str) -> int:
    """For the command line, where people are named by their user name."""
    found = Person.objects.filter(username=username).values_list("id", flat=True).first()
    if found is None:
        raise NotFound(f"没有用户名为“{username}”的人员")
    return found


def anybody() -> bool:
    """Whether the deployment has any person at all: a fresh one has not."""
    return Person.objects.exists()


def _check_may_read(viewer: Viewer, person_id: int) -> None:
    if viewer is not SYSTEM and viewer.person_id != person_id and not viewer.may(Permission.MANAGE_PEOPLE):
        raise NotFound("没有这个人员")


def _staff(postings: QuerySet[Posting], today: dt.date) -> tuple[int, ...]:
    live = postings.filter(live_on(today), person__is_active=True)
    return tuple(live.order_by("person_id").values_list("person_id", flat=True).distinct())


def _postings() -> QuerySet[Posting]:
    return Posting.objects.select_related("unit", "organization").order_by("id")


def _posting_row(posting: Posting) -> PostingRow:
    office = posting.organization
    return PostingRow(
        id=posting.pk,
        role=Role(posting.role),
        unit_id=posting.unit_id,
        unit_name=posting.unit.name,
        organization_id=posting.organization_id,
        organization_name=office.name if office is not None else "",
        valid_from=posting.valid_from,
        valid_to=posting.valid_to,
    )


def _person_row(row: Any) -> PersonRow:
    return PersonRow(
        id=row.pk,
        username=row.username,
        name=row.name,
        phone=row.phone,
        email=row.email,
        is_active=row.is_active,
        left_at=row.left_at,
        postings=tuple(_posting_row(posting) for posting in row.open_postings),
    )
