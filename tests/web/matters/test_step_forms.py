"""Step forms made from the table: every step has one, it reads what was typed, and keeps it when refused."""

import io
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from PIL import Image

from jishi.matters.actions.county import county_rules
from jishi.matters.queries.detail import detail
from jishi.matters.rules.steps import STEPS, Holder
from jishi.matters.rules.vocabulary import Grade, ReplyKind
from jishi.web.matters.step_forms import ORDER, StepForm
from tests.cast import TODAY
from tests.matters.town import begin

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"
BY_HAND = sorted(name for name, step in STEPS.items() if step.holder not in {Holder.SYSTEM, Holder.REPORTER})


def picture() -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), (10, 120, 90)).save(file, "PNG")
    return SimpleUploadedFile("现场.png", file.getvalue(), content_type="image/png")


def form_of(town, way, step: str, **typed) -> StepForm:
    data = QueryDict(mutable=True)
    files = MultiValueDict()
    for name, value in typed.items():
        if name == "photos":
            files.setlist(name, value)
        else:
            data.setlist(name, value if isinstance(value, list) else [value])
    found = detail(town.wang, way.receipt.number)
    return StepForm(STEPS[step], found, county_rules(TODAY).handbook, data, files)


@pytest.mark.parametrize("step", BY_HAND)
def test_every_step_has_a_form_with_exactly_its_fields(town, step):
    """Longitude and latitude come as a pair; nothing else is added and nothing left out."""
    way = begin(town).to("verifying")
    wanted = {*STEPS[step].needs, *STEPS[step].takes}
    form = form_of(town, way, step)
    assert set(form.fields) == wanted
    assert [name for name in ORDER if name in wanted] == list(form.fields)
    assert {name for name, field in form.fields.items() if field.required} == set(STEPS[step].needs)


@pytest.mark.parametrize("step", BY_HAND)
def test_an_empty_form_says_in_chinese_what_is_missing(town, step):
    form = form_of(town, begin(town).to("verifying"), step)
    assert form.is_valid() == (not STEPS[step].needs)
    assert set(form.errors) == set(STEPS[step].needs)
    assert all("\u4e00" <= errors[0][0] <= "\u9fff" for errors in form.errors.values())


def test_what_was_typed_arrives_as_the_step_takes_it(town):
    way = begin(town)
    form = form_of(
        town,
        way,
        "dispatch",
        lead_id=str(town.city_management.pk),
        helper_ids=[str(town.water.pk), "", str(town.water.pk)],
        task=" 今晚前\r\n修好 ",
        grade="big",
        category_code="0101",
    )
    assert form.is_valid(), form.errors
    given = form.given()
    assert given.lead_id == town.city_management.pk
    assert given.helper_ids == (town.water.pk,)
    assert given.task == "今晚前\n修好"
    assert given.grade is Grade.BIG
    assert given.category_code == "0101"
    assert given.reply_kind is None


def test_times_are_local_and_answers_are_read(town):
    way = begin(town).to("handling")
    pause = form_of(town, way, "pause", reason="season", note="等天晴", until="2026-11-25T17:30")
    assert pause.is_valid(), pause.errors
    assert pause.given().until.isoformat() == "2026-11-25T17:30:00+08:00"
    finish = form_of(town, way, "finish", note="已换", reply="已换灯泡", reply_kind="explained", photos=[picture()])
    assert finish.is_valid(), finish.errors
    assert finish.given().reply_kind is ReplyKind.EXPLAINED
    assert (finish.given().photos[0].width, finish.given().photos[0].height) == (40, 30)
    follow = form_of(town, way, "follow_up", solved="no", satisfied="2")
    assert follow.is_valid(), follow.errors
    assert (follow.given().solved, follow.given().satisfied) == (False, 2)


NONSENSE = ("x" * 6000, "-1", "9" * 30, "1e5", "\x00", "'; DROP TABLE matters_matter; --", "<script>alert(1)</script>")
CHOSEN = {
    "lead_id": "dispatch", "helper_ids": "dispatch", "grade": "dispatch", "category_code": "dispatch",
    "organization_id": "add_helper", "unit_id": "relocate", "ground": "return", "reason": "pause", "until": "pause",
    "working_days": "ask_extension", "how": "verify", "longitude": "verify", "latitude": "verify",
    "solved": "follow_up", "satisfied": "follow_up", "reply_kind": "finish",
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), list(product(CHOSEN, NONSENSE)))
def test_nonsense_in_a_field_is_a_sentence_at_that_field(town, field, value):
    form = form_of(town, begin(town).to("accepted"), CHOSEN[field], **{field: value})
    if (field, value) in {("latitude", "-1"), ("longitude", "-1"), ("lead_id", "1e5")}:
        return
    assert field in form.errors
    assert "\u4e00" <= form.errors[field][0][0] <= "\u9fff"


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00 program", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xd9"])
def test_a_file_that_is_no_photo_is_named(town, content):
    form = form_of(
        town,
        begin(town).to("verifying"),
        "reject",
        note="没修好",
        photos=[SimpleUploadedFile("坏.jpg", content, content_type="image/jpeg")],
    )
    assert "photos" in form.errors
    assert form.errors["photos"][0].startswith("坏.jpg")


@pytest.mark.capability("C35")
def test_only_units_that_serve_the_place_are_offered_nearest_first(town):
    form = form_of(town, begin(town), "dispatch")
    offered = [offer.name for group in form.groups for offer in group.offers]
    assert offered[0] == "响石社区两委"
    assert "区城市管理局" in offered
    assert [group.name.split(" ")[0] for group in form.groups][-1] == "石峰区"


@pytest.mark.capability("C36")
def test_a_unit_of_the_wrong_level_for_the_grade_is_marked(town):
    form = form_of(town, begin(town, text="想跟邻居借个梯子"), "dispatch")
    notes = {offer.name: offer.note for group in form.groups for offer in group.offers}
    assert notes["区城市管理局"] == "微事不由区一级主办"
    assert notes["响石社区两委"] == ""
