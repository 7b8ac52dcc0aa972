import datetime as dt
from itertools import product
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jishi.matters.actions.photos import photo_path
from jishi.matters.models import Matter, Photo, Reporter, Step
from jishi.web.phone import forms
from tests.cast import PEOPLE
from tests.web.phone.conftest import picture, send

pytestmark = pytest.mark.django_db
REPORTING = {"li", "sun", "zhou", "wang", "qian"}


@pytest.mark.capability("C33", "C54")
def test_words_are_enough_and_the_place_is_the_own_grid(client, town):
    answer = send(town.login(client, "li"), unit_id=town.grid.pk)
    row = Matter.objects.get()
    assert answer.status_code == 200
    assert answer.json()["number"] == row.number
    assert answer.json()["code"]
    assert (row.channel, row.unit_id, row.registered_by_id) == ("grid", town.grid.pk, town.li.person_id)
    assert Step.objects.get().note == ""


@pytest.mark.capability("C54", "L06")
def test_a_photo_with_a_class_needs_no_words(client, town):
    send(town.login(client, "li"), text="", category_code="0101", photos=[picture()])
    assert Matter.objects.get().title == "路灯"
    assert b"Exif" not in photo_path(Photo.objects.get().digest).read_bytes()


def test_a_photo_without_word_or_class_is_asked_what_it_shows(client, town):
    answer = send(town.login(client, "li"), text=" ", photos=[picture()])
    assert answer.status_code == 422
    assert answer.json() == {"message": "请写几个字，或选择类别", "fields": {"text": "请写几个字，或选择类别"}}
    assert not Matter.objects.exists()


@pytest.mark.capability("C95", "K22-B8")
def test_the_same_report_sent_again_gets_the_same_answer(client, town):
    town.login(client, "li")
    key = str(uuid4())
    first, *more = [send(client, key, unit_id=town.grid.pk, photos=[picture()]) for _ in range(3)]
    assert [answer.status_code for answer in (first, *more)] == [200, 200, 200]
    assert first.json()["repeated"] is False
    assert all(answer.json() == first.json() | {"repeated": True} for answer in more)
    assert Matter.objects.count() == 1


def test_what_was_taken_is_answered_again_even_if_it_would_be_refused_today(client, town, monkeypatch):
    town.login(client, "li")
    key = str(uuid4())
    first = send(client, key, category_code="0101")
    monkeypatch.setattr(forms, "category_choices", list)  # the class is no longer offered
    again = send(client, key, category_code="0101")
    assert again.json()["number"] == first.json()["number"]
    assert send(client, category_code="0101").status_code == 422


def test_a_key_is_not_taken_twice_for_different_words(client, town):
    town.login(client, "li")
    key = str(uuid4())
    send(client, key)
    answer = send(client, key, text="别的事")
    assert answer.status_code == 409
    assert Matter.objects.count() == 1


def test_a_refused_report_leaves_its_key_free_for_the_corrected_one(client, town):
    town.login(client, "li")
    key = str(uuid4())
    assert send(client, key, reporter_phone="无").status_code == 422
    assert send(client, key, reporter_phone="073155550100").status_code == 200
    assert Reporter.objects.get().phone == "073155550100"


@pytest.mark.capability("C34", "C95")
def test_registered_and_settled_on_the_spot_is_one_thing(client, town):
    send(town.login(client, "li"), unit_id=town.grid.pk, settled="on", settled_note="已清理干净")
    row = Matter.objects.get()
    assert (row.stage, row.handled_by_id) == ("verifying", town.li.person_id)
    assert [line.name for line in Step.objects.order_by("seq")] == ["register", "settle"]


def test_settled_elsewhere_is_refused_and_nothing_is_registered(client, town):
    answer = send(town.login(client, "li"), unit_id=town.next_grid.pk, settled="on", settled_note="已清理")
    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == ["settled"]
    assert not Matter.objects.exists()


def test_settled_without_saying_how_is_refused(client, town):
    answer = send(town.login(client, "li"), unit_id=town.grid.pk, settled="on", settled_note=" ")
    assert answer.json()["fields"] == {"settled_note": "请写明怎样处理的"}


@pytest.mark.capability("C95")
def test_what_waited_for_a_network_says_when_it_was_entered(client, town):
    entered = timezone.now() - dt.timedelta(hours=72)
    send(town.login(client, "li"), entered_at=entered.isoformat())
    line = Step.objects.get()
    local = timezone.localtime(entered)
    assert line.note.startswith(f"离线录入，录入时间：{local.year}年{local.month}月{local.day}日 {local:%H:%M}")
    assert dt.datetime.fromisoformat(line.facts["origin"]["entered_at"]) == entered
    assert timezone.now() - Matter.objects.get().registered_at < dt.timedelta(minutes=1)


@pytest.mark.parametrize("ahead", [dt.timedelta(0), dt.timedelta(days=3), dt.timedelta(seconds=-90)])
def test_a_clock_that_runs_ahead_and_an_ordinary_delay_are_not_worth_a_note(ahead):
    now = timezone.now()
    assert forms.origin_of(now + ahead, now) is None


def test_nobody_sends_what_another_has_entered(client, town):
    answer = send(town.login(client, "sun"), person=town.li.person_id)
    assert answer.status_code == 409
    assert list(answer.json()["fields"]) == ["person"]
    assert not Matter.objects.exists()


def test_an_expired_login_is_told_by_a_redirect_and_nothing_is_registered(client, town):
    assert send(client).status_code == 302
    assert not Matter.objects.exists()


@pytest.mark.parametrize("who", PEOPLE)
def test_only_those_who_may_report_get_the_form(client, town, who):
    town.login(client, who)
    expected = 200 if who in REPORTING else 403
    assert client.get("/day/register/").status_code == expected
    assert send(client).status_code == expected


def test_the_pass_says_who_is_logged_in_and_nothing_else(client, town):
    assert client.get("/day/pass/").json()["person"] is None
    told = town.login(client, "li").get("/day/pass/")
    assert told.json()["person"] == town.li.person_id
    assert set(told.json()) == {"person", "token"}
    assert told.headers["Cache-Control"] == "no-store"


@pytest.mark.capability("L06")
@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("照片.jpg", b"MZ\x90\x00", "image/jpeg"),
        SimpleUploadedFile(
            "图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml"
        ),
    ],
    ids=["renamed program", "svg"],
)
def test_what_is_no_photo_is_refused_by_name(client, town, file):
    answer = send(town.login(client, "li"), photos=[file])
    assert answer.status_code == 422
    assert file.name in answer.json()["fields"]["photos"]


def test_without_script_the_form_works_as_a_page(client, town):
    town.login(client, "li")
    wrong = client.post("/day/register/", {"text": "", "once_key": str(uuid4())})
    assert wrong.status_code == 422
    assert "请写几个字，或选择类别" in wrong.text
    right = client.post("/day/register/", {"text": "井盖松动", "once_key": str(uuid4())}, follow=True)
    assert f"已登记，受理编号 {Matter.objects.get().number}" in right.text


WHERE = ["grid", "next_grid", "community", "other_community"]


@pytest.mark.parametrize(("chosen", "there"), list(product(WHERE, [*WHERE, None])))
def test_a_point_elsewhere_decides_over_the_preset_grid(town, monkeypatch, chosen, there):
    found = getattr(town, there) if there else None
    monkeypatch.setattr(forms, "locate", lambda longitude, latitude: found)
    row = getattr(town, chosen)
    contains = found is None or found.path.startswith(row.path) or row.path.startswith(found.path)
    assert forms.unit_meant(row.pk, 113.1, 27.8) == (row.pk if contains else None)
    assert forms.unit_meant(row.pk, None, None) == row.pk
