"""The life of a component in the register: what is known of it is put right, it moves, it is taken down."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.organizations.queries import name_on_record
from jishi.parts.actions.entering import check_manages, checked, columns_of
from jishi.parts.actions.ledger import happened, written
from jishi.parts.models import Component, EarlierUnit
from jishi.parts.rules.codes import clean_code
from jishi.parts.rules.given import MAX_REASON, ROLES, Given, clean_line
from jishi.parts.rules.history import Turn
from jishi.parts.rules.inspections import Condition

AT_ONCE = 500  # ids in one statement


@transaction.atomic
def change(*, code: str, given: Given, by: Viewer, now: dt.datetime) -> None:
    """Put right what is known of a component; its code and so its sub-class stay.

    Raises Invalid with the field, NotFound, Conflict for one that was taken down, Forbidden.
    """
    check_manages(by)
    clean, row, today = checked(given), _live(code), localdate(now)
    facts = {
        "name": clean.name,
        "place": clean.place,
        "longitude": clean.longitude,
        "latitude": clean.latitude,
    }
    bodies = {name: value for role in ROLES for name, value in columns_of(role, getattr(clean, role)).items()}
    differing = {name: [getattr(row, name), value] for name, value in facts.items() if getattr(row, name) != value}
    others = {name: [getattr(row, name), value] for name, value in bodies.items() if getattr(row, name) != value}
    if differing:
        happened(row, Turn.CHANGED, by_name=by.name, now=now, note=_said(differing))
    if others:
        happened(row, Turn.BODIES, by_name=by.name, now=now, note=_said_of_bodies(row, clean))
    if clean.unit_id != row.unit_id:
        move([row], {row.pk: clean.unit_id}, today)
        differing["unit"] = [row.unit_id, clean.unit_id]
    if differing or others:
        Component.objects.filter(pk=row.pk).update(**facts, **bodies)
        written(f"component:{row.pk}", "component_change", row.code, differing | others, by, now)


def _said(differing: Mapping[str, Sequence[Any]]) -> str:
    """What was put right in a sentence; of a point only that it was."""
    told = [
        f"{label}：{differing[name][0] or '无'} → {differing[name][1] or '无'}"
        for name, label in (("name", "名称"), ("place", "位置"))
        if name in differing
    ]
    return "；".join([*told, *(["地图上的点已更正"] if {"longitude", "latitude"} & set(differing) else [])])


def _said_of_bodies(row: Component, clean: Given) -> str:
    told = []
    for role, label in ROLES.items():
        body = getattr(clean, role)
        before = _body_name(getattr(row, f"{role}_id"), getattr(row, f"{role}_name"))
        after = _body_name(body.organization_id, body.name)
        if before != after:
            told.append(f"{label}：{before} → {after}")
    return "；".join(told)


def _body_name(organization_id: int | None, name: str) -> str:
    return name_on_record(organization_id) if organization_id is not None else name or "无"


def move(rows: Sequence[Component], to: Mapping[int, int], day: dt.date) -> None:
    """Components lie in another unit from ``day`` on, ``to`` by their ids; where they lay is kept."""
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        earlier = EarlierUnit.objects.filter(component__in=[row.pk for row in some]).order_by("valid_to")
        since = dict(earlier.values_list("component_id", "valid_to"))
        EarlierUnit.objects.bulk_create(
            EarlierUnit(
                component=row, unit_id=row.unit_id, valid_from=since.get(row.pk) or row.valid_from, valid_to=day
            )
            for row in some
        )
        for unit_id in {to[row.pk] for row in some}:
            ids = [row.pk for row in some if to[row.pk] == unit_id]
            Component.objects.filter(pk__in=ids).update(unit_id=unit_id)


@transaction.atomic
def correct_condition(*, code: str, condition: Condition, reason: str, by: Viewer, now: dt.datetime) -> None:
    """The register said something else than what is so, and no inspection is to be made up for it.

    Raises as ``change``; Conflict where the component already stands so.
    """
    check_manages(by)
    row, said = _live(code), _reason(reason, "请写明更正的原因")
    if row.condition == condition:
        raise Conflict(f"登记的状况已经是“{condition.label}”")
    Component.objects.filter(pk=row.pk).update(condition=condition.value)
    happened(row, Turn.CORRECTED, by_name=by.name, now=now, note=f"更正为“{condition.label}”：{said}")
    facts = {"condition": [row.condition, condition.value], "reason": said}
    written(f"component:{row.pk}", "component_correct", row.code, facts, by, now)


@transaction.atomic
def retire(*, code: str, reason: str, by: Viewer, now: dt.datetime) -> None:
    """A component was taken down; its code is never given again. Raises as ``change``."""
    check_manages(by)
    row, said = _live(code), _reason(reason, "请写明注销的原因")
    Component.objects.filter(pk=row.pk).update(valid_to=max(localdate(now), row.valid_from))
    happened(row, Turn.RETIRED, by_name=by.name, now=now, note=said)
    written(f"component:{row.pk}", "component_retire", row.code, {"reason": said}, by, now)


def _reason(text: str, missing: str) -> str:
    said = clean_line(text)
    if not said:
        raise Invalid(missing, field="reason")
    if len(said) > MAX_REASON:
        raise Invalid(f"原因最多{MAX_REASON}个字", field="reason")
    return said


def _live(code: str) -> Component:
    row = Component.objects.select_for_update(of=("self",)).filter(code=clean_code(code)).first()
    if row is None:
        raise NotFound("没有找到这个部件")
    if row.valid_to is not None:
        raise Conflict("这个部件已经注销")
    return row
