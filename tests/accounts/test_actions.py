"""Taking people on, posting them, letting them go."""

import datetime as dt
import json
from itertools import product

import pytest
from django.contrib.auth import authenticate
from django.test import Client

from jishi.accounts import actions, queries
from jishi.accounts.models import Person, Posting, Session, Token
from jishi.accounts.rules.roles import Role
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.audit.models import Entry
from jishi.kernel.canonical import digest
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.cast import NOW, PASSWORD, PEOPLE, TODAY, Cast

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def add(cast: Cast, **given) -> int:
    given = {"username": "new", "name": "新人", "by": cast.zhao, "now": NOW, **given}
    return actions.add_person(**given)


def lines(person_id: int) -> list[tuple[str, str, dict]]:
    entries = Entry.objects.filter(stream=f"person:{person_id}").order_by("seq")
    return [(entry.action, entry.actor, json.loads(entry.facts)) for entry in entries]


def test_a_new_person_can_log_in_with_the_password_given(cast: Cast):
    person_id = add(cast, password="long-enough-1", phone=" 0731-1 ", email="new@example.org")
    person = authenticate(username="new", password="long-enough-1")
    assert person is not None
    assert person.pk == person_id
    assert lines(person_id) == [("accounts.add_person", "小赵", {"name": "新人", "username": "new"})]


def test_without_a_password_nobody_can_log_in(cast: Cast):
    add(cast)
    assert authenticate(username="new", password="") is None
    assert not Person.objects.get(username="new").has_usable_password()


@pytest.mark.parametrize("password", ["short", "password1", "12345678"])
def test_a_weak_password_is_refused_in_chinese(cast: Cast, password: str):
    with pytest.raises(Invalid) as refused:
        add(cast, password=password)
    assert refused.value.field == "password"
    assert "密码" in refused.value.message
    assert not Person.objects.filter(username="new").exists()


def test_a_user_name_is_given_once(cast: Cast):
    add(cast)
    with pytest.raises(Conflict) as refused:
        add(cast)
    assert refused.value.field == "username"


def test_a_change_is_recorded_by_field_without_its_content(cast: Cast):
    person_id = add(cast)
    actions.change_person(person_id=person_id, name="新人", phone="0731-22223333", email="", by=cast.zhao, now=NOW)
    actions.change_person(person_id=person_id, name="新人", phone="0731-22223333", email="", by=cast.zhao, now=NOW)
    assert lines(person_id)[1:] == [("accounts.change_person", "小赵", {"changed": ["phone"]})]
    assert queries.person(cast.zhao, person_id).phone == "0731-22223333"


@pytest.mark.capability("C92")
def test_only_an_administrator_manages_people(cast: Cast):
    cast.everybody()
    li = cast.person("li")
    token = Token.objects.create(person=li, name="x", digest="0" * 64, created_at=NOW)
    posting = Posting.objects.get(person=li)
    tries = {
        "add": lambda by: add(cast, by=by),
        "change": lambda by: actions.change_person(person_id=li.pk, name="李", phone="", email="", by=by, now=NOW),
        "password": lambda by: actions.set_password(person_id=li.pk, password="long-enough-1", by=by, now=NOW),
        "open": lambda by: actions.open_posting(
            person_id=li.pk, role=Role.AUDITOR, unit_id=cast.county.pk, by=by, now=NOW
        ),
        "end": lambda by: actions.end_posting(posting_id=posting.pk, by=by, now=NOW),
        "dismiss": lambda by: actions.dismiss(person_id=li.pk, by=by, now=NOW),
        "issue": lambda by: actions.issue_token(person_id=li.pk, name="x", by=by, now=NOW),
        "revoke": lambda by: actions.revoke_token(token_id=token.pk, by=by, now=NOW),
    }
    others = [cast.viewer(key) for key in PEOPLE if key != "zhao"]
    imitation = Viewer(SYSTEM.person_id, SYSTEM.name)
    for attempt, by in product(tries.values(), [*others, imitation]):
        with pytest.raises(Forbidden):
            attempt(by)
    assert not Entry.objects.exists()
    for attempt in tries.values():
        if attempt not in (tries["dismiss"], tries["end"]):
            attempt(cast.zhao)


def test_one_changes_ones_own_password_by_the_old_one(cast: Cast):
    li, viewer = cast.person("li"), cast.li
    for wrong in (None, "", "wrong"):
        with pytest.raises(Forbidden) as refused:
            actions.set_password(person_id=li.pk, password="another-one-2", by=viewer, now=NOW, current=wrong)
        assert refused.value.field == "current"
    actions.set_password(person_id=li.pk, password="another-one-2", by=viewer, now=NOW, current=PASSWORD)
    assert authenticate(username="li", password="another-one-2") is not None
    assert authenticate(username="li", password=PASSWORD) is None


def test_a_new_password_ends_all_sessions(cast: Cast, client: Client):
    cast.login(client, "li")
    cast.login(Client(), "sun")
    actions.set_password(person_id=cast.person("li").pk, password="another-one-2", by=cast.zhao, now=NOW)
    assert list(Session.objects.values_list("person_id", flat=True)) == [cast.person("sun").pk]


def test_a_posting_opens_today_and_is_seen_at_once(cast: Cast):
    person_id = add(cast)
    posting = actions.open_posting(
        person_id=person_id,
        role=Role.HANDLER,
        unit_id=cast.county.pk,
        organization_id=cast.water.pk,
        by=cast.zhao,
        now=NOW,
    )
    viewer = queries.viewer_of(person_id, TODAY)
    assert viewer is not None
    assert viewer.organization_ids == {cast.water.pk}
    action, actor, facts = lines(person_id)[-1]
    assert (action, actor, facts["posting"], facts["role"]) == (
        "accounts.open_posting",
        "小赵",
        posting,
        "handler",
    )


def test_a_posting_may_end_on_the_day_it_began(cast: Cast):
    person_id = add(cast)
    posting = actions.open_posting(person_id=person_id, role=Role.LEADER, unit_id=cast.town.pk, by=cast.zhao, now=NOW)
    actions.end_posting(posting_id=posting, by=cast.zhao, now=NOW)
    viewer = queries.viewer_of(person_id, TODAY)
    assert viewer is not None
    assert viewer.grants == ()
    with pytest.raises(Conflict):
        actions.end_posting(posting_id=posting, by=cast.zhao, now=NOW)
    actions.open_posting(person_id=person_id, role=Role.LEADER, unit_id=cast.town.pk, by=cast.zhao, now=NOW)


def test_a_posting_is_held_once_at_a_time(cast: Cast):
    cast.everybody()
    for key, unit, office in (("li", cast.grid, None), ("chen", cast.county, cast.city_management)):
        with pytest.raises(Conflict, match="已在这个岗位上"):
            actions.open_posting(
                person_id=cast.person(key).pk,
                role=PEOPLE[key][1],
                unit_id=unit.pk,
                organization_id=office.pk if office else None,
                by=cast.zhao,
                now=NOW,
            )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"unit_id": 0}, "unit_id"),
        ({"unit": "town"}, "unit_id"),
        ({"unit": "ended"}, "unit_id"),
        ({"role": Role.HANDLER, "unit": "county"}, "organization_id"),
        ({"role": Role.HANDLER, "unit": "county", "organization_id": 0}, "organization_id"),
        ({"role": Role.HANDLER, "unit": "county", "office": "ended"}, "organization_id"),
        ({"valid_from": TODAY - DAY}, "valid_from"),
    ],
)
def test_a_posting_that_makes_no_sense_is_refused_with_its_field(cast: Cast, given: dict, field: str):
    person_id = add(cast)
    given = {"role": Role.GRID_WORKER, "unit_id": cast.grid.pk, **given}
    unit, office = given.pop("unit", None), given.pop("office", None)
    if unit == "ended":
        type(cast.grid).objects.filter(pk=cast.grid.pk).update(valid_to=TODAY)
    elif unit:
        given["unit_id"] = getattr(cast, unit).pk
    if office:
        type(cast.water).objects.filter(pk=cast.water.pk).update(valid_to=TODAY)
        given["organization_id"] = cast.water.pk
    with pytest.raises(Invalid) as refused:
        actions.open_posting(person_id=person_id, by=cast.zhao, now=NOW, **given)
    assert refused.value.field == field
    assert not Posting.objects.filter(person_id=person_id).exists()


def test_only_the_system_writes_postings_into_the_past(cast: Cast):
    person_id = actions.add_person(username="new", name="新人", by=SYSTEM, now=NOW)
    actions.open_posting(
        person_id=person_id,
        role=Role.LEADER,
        unit_id=cast.county.pk,
        valid_from=TODAY - DAY * 90,
        by=SYSTEM,
        now=NOW,
    )
    assert queries.viewer_of(person_id, TODAY - DAY * 90).grants  # type: ignore[union-attr]
    assert [entry.actor for entry in Entry.objects.all()] == ["系统", "系统"]
    assert set(Entry.objects.values_list("actor_id", flat=True)) == {None}


@pytest.mark.capability("C92")
def test_a_leaver_is_cut_off_at_once(cast: Cast, client: Client):
    li = cast.person("li")
    later = Posting.objects.create(person=li, role=Role.GRID_WORKER, unit=cast.next_grid, valid_from=TODAY + DAY * 5)
    cast.login(client, "li")
    stranger = cast.login(Client(), "sun")
    key = cast.token("li")
    assert queries.viewer_of_token(digest(key), NOW) is not None

    actions.dismiss(person_id=li.pk, by=cast.zhao, now=NOW)

    assert queries.viewer_of(li.pk, TODAY) is None
    assert queries.viewer_of_token(digest(key), NOW) is None
    assert not Session.objects.filter(session_key=client.session.session_key, person_id=li.pk).exists()
    assert Session.objects.filter(session_key=stranger.session.session_key).exists()
    assert authenticate(username="li", password=PASSWORD) is None
    assert queries.staff_in(cast.grid.path, Role.GRID_WORKER, TODAY) == ()
    later.refresh_from_db()
    assert later.valid_to == later.valid_from
    person = Person.objects.get(pk=li.pk)
    assert (person.is_active, person.left_at) == (False, NOW)
    action, actor, facts = lines(li.pk)[-1]
    assert (action, actor, len(facts["postings"]), facts["tokens"]) == ("accounts.dismiss", "小赵", 2, 1)


def test_a_leaver_gets_nothing_new(cast: Cast):
    li = cast.person("li")
    actions.dismiss(person_id=li.pk, by=cast.zhao, now=NOW)
    for attempt in (
        lambda: actions.dismiss(person_id=li.pk, by=cast.zhao, now=NOW),
        lambda: actions.issue_token(person_id=li.pk, name="x", by=cast.zhao, now=NOW),
        lambda: actions.open_posting(
            person_id=li.pk, role=Role.GRID_WORKER, unit_id=cast.grid.pk, by=cast.zhao, now=NOW
        ),
    ):
        with pytest.raises(Conflict, match="离岗"):
            attempt()


def test_an_administrator_does_not_change_her_own_postings(cast: Cast):
    zhao = cast.person("zhao")
    with pytest.raises(Forbidden, match="自己"):
        actions.open_posting(person_id=zhao.pk, role=Role.LEADER, unit_id=cast.county.pk, by=cast.zhao, now=NOW)
    with pytest.raises(Forbidden, match="自己"):
        actions.end_posting(posting_id=Posting.objects.get(person=zhao).pk, by=cast.zhao, now=NOW)
    with pytest.raises(Forbidden, match="自己"):
        actions.dismiss(person_id=zhao.pk, by=cast.zhao, now=NOW)


def test_the_last_administrator_stays(cast: Cast):
    zhao = cast.person("zhao")
    posting = Posting.objects.get(person=zhao)
    for attempt in (
        lambda: actions.dismiss(person_id=zhao.pk, by=SYSTEM, now=NOW),
        lambda: actions.end_posting(posting_id=posting.pk, by=SYSTEM, now=NOW),
        lambda: actions.end_posting(posting_id=posting.pk, by=SYSTEM, now=NOW, on=TODAY + DAY),
    ):
        with pytest.raises(Conflict, match="至少要保留一位"):
            attempt()
    second = add(cast)
    actions.open_posting(person_id=second, role=Role.ADMINISTRATOR, unit_id=cast.county.pk, by=cast.zhao, now=NOW)
    actions.dismiss(person_id=zhao.pk, by=SYSTEM, now=NOW)


def test_an_administrator_who_begins_later_does_not_count_yet(cast: Cast):
    second = add(cast)
    actions.open_posting(
        person_id=second,
        role=Role.ADMINISTRATOR,
        unit_id=cast.county.pk,
        valid_from=TODAY + DAY,
        by=cast.zhao,
        now=NOW,
    )
    with pytest.raises(Conflict):
        actions.dismiss(person_id=cast.person("zhao").pk, by=SYSTEM, now=NOW)


def test_a_key_is_shown_once_and_kept_as_a_hash(cast: Cast):
    key = actions.issue_token(
        person_id=cast.person("li").pk, name="热线对接", by=cast.zhao, now=NOW, expires_at=NOW + DAY
    )
    assert key.startswith("jsk_")
    token = Token.objects.get()
    assert token.digest == digest(key)
    assert key not in str(list(Entry.objects.values_list("facts", flat=True)))
    actions.revoke_token(token_id=token.pk, by=cast.zhao, now=NOW)
    assert queries.viewer_of_token(token.digest, NOW) is None
    with pytest.raises(Conflict):
        actions.revoke_token(token_id=token.pk, by=cast.zhao, now=NOW)


def test_a_key_needs_a_purpose_and_a_future(cast: Cast):
    li, by = cast.person("li").pk, cast.zhao
    for given, field in (
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "x", "expires_at": NOW}, "expires_at"),
    ):
        with pytest.raises(Invalid) as refused:
            actions.issue_token(person_id=li, by=by, now=NOW, **given)
        assert refused.value.field == field


def test_what_does_not_exist_is_not_found(cast: Cast):
    for attempt in (
        lambda: actions.dismiss(person_id=0, by=cast.zhao, now=NOW),
        lambda: actions.end_posting(posting_id=0, by=cast.zhao, now=NOW),
        lambda: actions.revoke_token(token_id=0, by=cast.zhao, now=NOW),
    ):
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.capability("C93")
def test_when_the_record_cannot_be_written_nothing_else_is(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    def full_disk(**_: object) -> None:
        raise OSError("disk full")

    li, zhao = cast.person("li"), cast.zhao
    monkeypatch.setattr("jishi.audit.actions.record", full_disk)
    with pytest.raises(OSError, match="disk full"):
        actions.dismiss(person_id=li.pk, by=zhao, now=NOW)
    assert Person.objects.get(pk=li.pk).is_active
    assert Posting.objects.get(person=li).valid_to is None


def test_sessions_that_ran_out_are_forgotten(cast: Cast):
    cast.login(Client(), "li")
    assert actions.forget_sessions(now=NOW) == 0
    Session.objects.update(expire_date=NOW - DAY)
    assert actions.forget_sessions(now=NOW) == 1


def test_every_refusal_is_a_sentence_a_person_can_read(cast: Cast):
    with pytest.raises(DomainError) as refused:
        actions.dismiss(person_id=cast.person("zhao").pk, by=cast.zhao, now=NOW)
    assert refused.value.message == "不能办理自己的离岗"
