"""Taking people on, posting them, and letting them go. Every change is in the audit record."""

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from jishi.accounts.models import Person, Posting, Session, Token
from jishi.accounts.rules.identity import check_details, check_username
from jishi.accounts.rules.passwords import WEAK_PASSWORDS, Hashed
from jishi.accounts.rules.posting import Office, Period, Place, check_posting, uncovered
from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit import actions as audit
from jishi.kernel.canonical import digest
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.organizations.queries import read_organization
from jishi.orm.dated import live_on
from jishi.territory.queries import primary_successor, unit_on_record
from jishi.territory.rules.actors import Actor

KEY_PREFIX = "jsk_"


def hashed(password: str | Hashed) -> Hashed:
    """The password as it is kept; one already hashed stays. Raises Invalid (field ``password``) for a weak one.

    It takes its time: who can, does it before anything is locked.
    """
    if isinstance(password, Hashed):
        return password
    if not password:
        return Hashed(make_password(None))
    try:
        validate_password(password)
    except ValidationError as error:
        reasons = [WEAK_PASSWORDS.get(one.code or "", one.messages[0]) for one in error.error_list]
        raise Invalid("；".join(reasons), field="password") from error
    return Hashed(make_password(password))


@transaction.atomic
def add_person(
    *,
    username: str,
    name: str,
    by: Viewer,
    now: dt.datetime,
    phone: str = "",
    email: str = "",
    password: str | Hashed = "",
) -> int:
    """Take somebody on and return the id. Without a password nobody can log in until one is set."""
    _check_manages(by)
    username, name, phone, email = username.strip(), name.strip(), phone.strip(), email.strip()
    check_username(username)
    check_details(name, phone, email)
    if Person.objects.filter(username=username).exists():
        raise Conflict(f"用户名“{username}”已有人使用", field="username")
    person = Person(username=username, name=name, phone=phone, email=email, password=hashed(password).encoded)
    person.save()
    _record(person.pk, "add_person", by, now, username=username, name=name)
    return person.pk


@transaction.atomic
def change_person(*, person_id: int, name: str, phone: str, email: str, by: Viewer, now: dt.datetime) -> None:
    """Put a name, phone number or address right; the record names the changed fields, not their content."""
    _check_manages(by)
    name, phone, email = name.strip(), phone.strip(), email.strip()
    check_details(name, phone, email)
    person = _locked(person_id)
    given = {"name": name, "phone": phone, "email": email}
    changed = sorted(field for field, value in given.items() if getattr(person, field) != value)
    if not changed:
        return
    for field in changed:
        setattr(person, field, given[field])
    person.save(update_fields=changed)
    _record(person_id, "change_person", by, now, changed=changed)


@transaction.atomic
def set_password(
    *, person_id: int, password: str | Hashed, by: Viewer, now: dt.datetime, current: str | None = None
) -> None:
    """Set a password and end all sessions: one's own by the ``current`` one, another's by right."""
    person = _locked(person_id)
    if by.person_id == person_id:
        if not person.check_password(current or ""):
            raise Forbidden("原密码不正确", field="current")
    else:
        _check_manages(by)
    person.password = hashed(password).encoded
    if not person.has_usable_password():
        raise Invalid("请填写新密码", field="password")
    person.save(update_fields=["password"])
    Session.objects.filter(person_id=person_id).delete()
    _record(person_id, "set_password", by, now)


@transaction.atomic
def open_posting(
    *,
    person_id: int,
    role: Role,
    unit_id: int,
    by: Viewer,
    now: dt.datetime,
    organization_id: int | None = None,
    valid_from: dt.date | None = None,
) -> int:
    """Post somebody from a day on (today unless given) and return the id of the posting."""
    _check_manages(by)
    _check_not_oneself(person_id, by)
    today = timezone.localdate(now)
    since = valid_from or today
    if since < today and by is not SYSTEM:
        raise Invalid("任职起始日不能早于今天", field="valid_from")
    person = _locked(person_id)
    if not person.is_active:
        raise Conflict("此人已离岗，不能任职")
    posting = Posting(person=person, role=role, unit_id=unit_id, organization_id=organization_id, valid_from=since)
    check_posting(role, _place_of(posting), _office_of(posting))
    held = Posting.objects.filter(person=person, role=role, unit_id=unit_id, valid_to__isnull=True)
    if organization_id in held.values_list("organization_id", flat=True):
        raise Conflict("此人已在这个岗位上")
    posting.save()
    _record(
        person_id,
        "open_posting",
        by,
        now,
        posting=posting.pk,
        role=role.value,
        unit=unit_id,
        organization=organization_id,
        since=since.isoformat(),
    )
    return posting.pk


@transaction.atomic
def end_posting(*, posting_id: int, by: Viewer, now: dt.datetime, on: dt.date | None = None) -> None:
    """End a posting: ``on`` (today unless given) is the first day on which it no longer holds."""
    _check_manages(by)
    today = timezone.localdate(now)
    day = on or today
    found = Posting.objects.filter(pk=posting_id).values_list("person_id", flat=True).first()
    if found is None:
        raise NotFound("没有这条任职记录")
    _check_not_oneself(found, by)
    _lock_administrators()
    _locked(found)
    posting = Posting.objects.get(pk=posting_id)
    if posting.valid_to is not None and posting.valid_to <= today:
        raise Conflict("这条任职已经结束")
    if day < today:
        raise Invalid("任职终止日不能早于今天", field="on")
    posting.valid_to = max(day, posting.valid_from)
    posting.save(update_fields=["valid_to"])
    if posting.role == Role.ADMINISTRATOR:
        _check_an_administrator_is_left(today)
    _record(found, "end_posting", by, now, posting=posting_id, until=posting.valid_to.isoformat())


@transaction.atomic
def dismiss(*, person_id: int, by: Viewer, now: dt.datetime) -> None:
    """Somebody leaves: from this commit on no session, no key and no posting of theirs works.

    Today is the first day on which the postings no longer hold; one that was to begin later never does.
    """
    _check_manages(by)
    if person_id == by.person_id:
        raise Forbidden("不能办理自己的离岗")
    _lock_administrators()
    person = _locked(person_id)
    if not person.is_active:
        raise Conflict("此人已离岗")
    today = timezone.localdate(now)
    person.is_active, person.left_at = False, now
    person.save(update_fields=["is_active", "left_at"])
    held = list(Posting.objects.filter(person=person).exclude(valid_to__lte=today).order_by("id"))
    for posting in held:
        posting.valid_to = max(today, posting.valid_from)
        posting.save(update_fields=["valid_to"])
    revoked = Token.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=now)
    Session.objects.filter(person_id=person_id).delete()
    if any(posting.role == Role.ADMINISTRATOR for posting in held):
        _check_an_administrator_is_left(today)
    _record(person_id, "dismiss", by, now, postings=[posting.pk for posting in held], tokens=revoked)


@transaction.atomic
def follow_units(
    *, moves: Iterable[tuple[int, int]], by: Actor, now: dt.datetime, absorbed: Iterable[tuple[int, int]] = ()
) -> int:
    """Postings to units that have ended go on at their successors from today on; returns how many began there.

    ``moves`` are pairs of unit ids, former and successor; ``absorbed`` pairs of office ids, one that ended and the one
    that goes on for it. The old posting ends and an equal one begins, so that the past stays readable; who held one
    post in two units that became one holds it once. Logins and keys stay. No permission of its own is asked for: this
    is part of a change of units, and the doer's own posting follows like any other.
    """
    heirs, offices = dict(moves), dict(absorbed)
    today = timezone.localdate(now)
    _lock_administrators()
    meant = Q(unit_id__in=heirs) | Q(organization_id__in=offices)
    ending = Posting.objects.filter(meant, _unfinished(today)).order_by("id")
    people = Person.objects.select_for_update(no_key=True).filter(pk__in=ending.order_by().values("person_id"))
    begun = 0
    for person_id in list(people.order_by("pk").values_list("pk", flat=True)):
        posts: dict[tuple[Role, int, int | None], list[Posting]] = {}
        for posting in ending.filter(person_id=person_id):
            posts.setdefault(_post_after(posting, heirs, offices), []).append(posting)
        for (role, unit_id, organization_id), postings in posts.items():
            post = Posting(person_id=person_id, role=role, unit_id=unit_id, organization_id=organization_id)
            begun += _carry_over(postings, post, by, now)
    return begun


def follow_ended_units(*, now: dt.datetime) -> int:
    """Postings still held at a unit that has ended go to its successor; returns how many began there.

    A posting opened in the very moment of a change may miss it; the worker's next round catches it.
    """
    left = Posting.objects.filter(_unfinished(timezone.localdate(now)), unit__valid_to__isnull=False)
    heirs = {former: primary_successor(former) for former in left.order_by().values_list("unit_id", flat=True)}
    moves = [(former, heir.id) for former, heir in heirs.items() if heir is not None and heir.id != former]
    return follow_units(moves=moves, by=SYSTEM, now=now) if moves else 0


@transaction.atomic
def issue_token(
    *, person_id: int, name: str, by: Viewer, now: dt.datetime, expires_at: dt.datetime | None = None
) -> str:
    """A key for a program that works in this person's name. It is returned once and kept only as a hash."""
    _check_manages(by)
    name = name.strip()
    if not 1 <= len(name) <= 80:
        raise Invalid("请写明密钥用途，不超过 80 字", field="name")
    if expires_at is not None and expires_at <= now:
        raise Invalid("到期时间须晚于现在", field="expires_at")
    person = _locked(person_id)
    if not person.is_active:
        raise Conflict("此人已离岗，不能签发密钥")
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(person=person, name=name, digest=digest(key), created_at=now, expires_at=expires_at)
    until = expires_at.isoformat() if expires_at is not None else None
    _record(person_id, "issue_token", by, now, token=token.pk, name=name, expires_at=until)
    return key


@transaction.atomic
def revoke_token(*, token_id: int, by: Viewer, now: dt.datetime) -> None:
    """Make a key useless at once."""
    _check_manages(by)
    token = Token.objects.filter(pk=token_id).first()
    if token is None:
        raise NotFound("没有这个密钥")
    if Token.objects.filter(pk=token_id, revoked_at__isnull=True).update(revoked_at=now) != 1:
        raise Conflict("这个密钥已经吊销")
    _record(token.person_id, "revoke_token", by, now, token=token_id, name=token.name)


def forget_sessions(*, now: dt.datetime) -> int:
    """Delete the sessions that have run out, as the worker does now and then; returns how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def _check_manages(by: Viewer) -> None:
    if by is not SYSTEM:
        by.check(Permission.MANAGE_PEOPLE)


def _check_not_oneself(person_id: int, by: Viewer) -> None:
    if person_id == by.person_id:
        raise Forbidden("不能更改自己的任职，请由另一位管理员办理")


def _locked(person_id: int) -> Person:
    """The person, held until the transaction ends: two people changing the same one follow one another."""
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise NotFound("没有这个人员")
    return person


def _place_of(posting: Posting) -> Place:
    try:
        unit = posting.unit
    except ObjectDoesNotExist as error:
        raise Invalid("没有这个单元", field="unit_id") from error
    if unit.valid_to is not None and unit.valid_to <= posting.valid_from:
        raise Invalid(f"“{unit.name}”已撤销", field="unit_id")
    return Place(unit.pk, unit.name, unit.depth, unit.path)


def _office_of(posting: Posting) -> Office | None:
    if posting.organization_id is None:
        return None
    try:
        office = posting.organization
    except ObjectDoesNotExist as error:
        raise Invalid("没有这个单位", field="organization_id") from error
    assert office is not None
    if office.valid_to is not None and office.valid_to <= posting.valid_from:
        raise Invalid(f"“{office.name}”已撤销", field="organization_id")
    return Office(office.name, office.kind, office.unit_id, office.unit.path)


def _unfinished(today: dt.date) -> Q:
    """Postings that hold today or will hold some day."""
    return Q(valid_to__isnull=True) | Q(valid_to__gt=today) & Q(valid_to__gt=F("valid_from"))


def _post_after(posting: Posting, heirs: Mapping[int, int], offices: Mapping[int, int]) -> tuple[Role, int, int | None]:
    """Role, unit and organisation with which a posting goes on: an office's people stay in the area of the office."""
    role, unit = Role(posting.role), unit_on_record(heirs.get(posting.unit_id, posting.unit_id))
    assert unit is not None
    if posting.organization_id is None:
        return role, unit.id, None
    office = read_organization(offices.get(posting.organization_id, posting.organization_id))
    if office is None:
        return role, unit.id, posting.organization_id
    place = Place(unit.id, unit.name, unit.depth, unit.path)
    try:
        check_posting(role, place, Office(office.name, office.kind, office.unit_id, office.unit_path))
    except Invalid:
        return role, office.unit_id, office.id
    return role, unit.id, office.id


def _carry_over(postings: Sequence[Posting], post: Posting, by: Actor, now: dt.datetime) -> int:
    """End ``postings`` today and begin ``post`` for the days they would still have held; returns how many began."""
    today = timezone.localdate(now)
    wanted = [Period(max(today, posting.valid_from), posting.valid_to) for posting in postings]
    same = {"person_id": post.person_id, "role": post.role, "unit_id": post.unit_id}
    office = Q(organization_id=post.organization_id) if post.organization_id else Q(organization_id__isnull=True)
    held = Posting.objects.filter(office, _unfinished(today), **same)
    periods = uncovered(wanted, [Period(posting.valid_from, posting.valid_to) for posting in held])
    for posting in postings:
        posting.valid_to = max(today, posting.valid_from)
        posting.save(update_fields=["valid_to"])
    begun = [
        Posting.objects.create(
            **same, organization_id=post.organization_id, valid_from=period.since, valid_to=period.until
        )
        for period in periods
    ]
    _record(
        post.person_id,
        "follow_unit",
        by,
        now,
        ended=[posting.pk for posting in postings],
        begun=[posting.pk for posting in begun],
        units=[sorted({posting.unit_id for posting in postings}), post.unit_id],
        organization=post.organization_id,
    )
    return len(begun)


def _administrators() -> Any:
    return Posting.objects.filter(role=Role.ADMINISTRATOR, person__is_active=True, valid_to__isnull=True)


def _lock_administrators() -> None:
    """Let nobody else end an administrator's posting meanwhile: two could otherwise dismiss each other."""
    list(_administrators().select_for_update(of=("self",)).order_by("id").values_list("id", flat=True))


def _check_an_administrator_is_left(today: dt.date) -> None:
    if not _administrators().filter(live_on(today)).exists():
        raise Conflict("至少要保留一位系统管理员")


def _record(person_id: int, action: str, by: Actor, now: dt.datetime, **facts: Any) -> None:
    audit.record(
        stream=f"person:{person_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action=f"accounts.{action}",
        subject=f"person:{person_id}",
        facts=facts,
        at=now,
    )
