"""What must hold over all tables at once."""

import re
from itertools import product

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import models

from tests.architecture.source import ROOT, layers

OURS = [model for model in apps.get_models() if model.__module__.startswith("jishi.")]


def room_of(model: type[models.Model]) -> str:
    return model.__module__.split(".")[1]


def test_foreign_keys_point_down():
    order = {room: floor for floor, room in enumerate(layers())}
    up = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and field.related_model in OURS
        and order[room_of(field.related_model)] > order[room_of(model)]
    ]
    assert up == []


def test_nothing_that_is_pointed_to_can_be_deleted_away():
    loose = [
        f"{model.__name__}.{field.name}"
        for model in OURS
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert loose == []


def pairs() -> list[tuple[type[models.Model], models.CheckConstraint, tuple[str, ...]]]:
    """Constraints made by `together`: (all empty) or (all filled)."""
    found = []
    for model in OURS:
        for constraint in model._meta.constraints:
            if not isinstance(constraint, models.CheckConstraint):
                continue
            sides = [one for one in constraint.condition.children if isinstance(one, models.Q)]
            if constraint.condition.connector != models.Q.OR or len(sides) != 2:
                continue
            empty, full = (dict(side.children) if _plain(side) else {} for side in sides)
            fields = tuple(name.removesuffix("__isnull") for name in empty)
            if (
                len(fields) > 1
                and list(empty) == list(full)
                and set(empty.values()) == {True}
                and set(full.values()) == {False}
            ):
                found.append((model, constraint, fields))
    return found


def _plain(side: models.Q) -> bool:
    return all(isinstance(child, tuple) and child[0].endswith("__isnull") for child in side.children)


def sample(field: models.Field) -> object:
    """Some value of the field's type; which one does not matter, only that it is not empty."""
    if isinstance(field, models.ForeignKey):
        return 1
    if isinstance(field, models.CharField | models.TextField):
        return "x"
    if isinstance(field, models.BooleanField):
        return True
    return {"DateTimeField": "2026-01-01T00:00:00Z", "DateField": "2026-01-01"}.get(field.get_internal_type(), 1)


def test_there_are_pairs_to_prove():
    assert len(pairs()) >= 8


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "constraint", "fields"), pairs(), ids=[constraint.name for _, constraint, _ in pairs()]
)
def test_fields_that_belong_together_are_set_together(model, constraint, fields):
    """The truth table: of n fields, 2 of the 2**n combinations are legal."""
    for filled in product((False, True), repeat=len(fields)):
        row = model()
        for name, full in zip(fields, filled, strict=True):
            field = model._meta.get_field(name)
            value = field.to_python(sample(field)) if full else None
            setattr(row, field.attname, value)
        if all(filled) or not any(filled):
            constraint.validate(model, row)
        else:
            with pytest.raises(ValidationError):
                constraint.validate(model, row)


@pytest.mark.capability("L02", "L05", "L06", "L12", "L14", "L25")
def test_no_table_has_a_column_for_what_must_not_exist():
    """Scores and ranks of people, lists of shame, faces and tracks, creed: no column, no table, no relation.

    The words are compared with the parts of a name, so that `interface` and `rating` (of an answer) stay free.
    """
    forbidden = {
        "score", "credit", "rank", "ranking", "points", "penalty", "deduction", "blacklist", "redlist", "honour",
        "face", "biometric", "voice", "gait", "plate", "track", "trajectory", "religion", "faith",
        "ethnicity", "nation", "politics", "political", "petitioner", "risk", "profile", "label", "tag", "persona",
        "idnumber", "streak", "checkin", "signin", "online",
    }  # fmt: skip
    words = re.compile(r"[A-Z]?[a-z0-9]+")
    found = [
        f"{model.__name__}.{name}" if name != model.__name__ else name
        for model in OURS
        for name in [model.__name__, *(field.name for field in model._meta.get_fields())]
        if forbidden & {word.lower() for word in words.findall(name)}
    ]
    chinese = re.compile(
        "积分|排名|黑名单|红名单|人脸|指纹库|宗教|信仰|民族|政治面貌|上访|重点人员|特殊人群|风险等级|信用分"
    )
    found += [
        f"{model.__name__}.{field.name}: {field.verbose_name}"
        for model in OURS
        for field in model._meta.fields
        if chinese.search(str(field.verbose_name))
    ]
    assert found == []


@pytest.mark.capability("L06")
def test_nothing_that_recognises_faces_or_plates_is_installed():
    text = (ROOT / "requirements.lock").read_text().lower()
    forbidden = ("opencv", "face", "dlib", "mediapipe", "torch", "tensorflow", "onnx", "insightface", "easyocr")
    assert [name for name in forbidden if name in text] == []


def test_constraint_names_are_sentences():
    short = [
        constraint.name for model in OURS for constraint in model._meta.constraints if constraint.name.count("_") < 2
    ]
    assert short == []


@pytest.mark.django_db
def test_the_migrations_are_fresh():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_user_is_a_person_without_django_permissions():
    names = {field.name for field in get_user_model()._meta.get_fields()}
    assert not names & {"is_superuser", "is_staff", "groups", "user_permissions"}
