"""The life of a component: it comes into the register, alone or with a file; it is changed; it is taken down."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.kernel.errors import Conflict, Invalid, NotFound
from jishi.organizations.queries import organization
from jishi.parts.actions.ledger import written
from jishi.parts.models import Component, EarlierUnit
from jishi.parts.queries import last_serial, subclass
from jishi.parts.rules.codes import clean_code, make_code, subclass_of
from jishi.parts.rules.given import Body, Given, clean_given, clean_line
from jishi.parts.rules.inspections import first_inspection
from jishi.territory.queries import county, locate, unit

AT_ONCE = 500  # ids in one statement
DRAWS = 5  # two who register at once get numbers one after the other


def check_manages(by: Viewer) -> None:
    if by is not SYSTEM:
        by.check(Permission.MANAGE_PLACE)


@transaction.atomic
def add_components(
    *, given: Sequence[Given], days: Mapping[str, int | None], source: str, by: Viewer, now: dt.datetime
) -> int:
    """Many components at once, checked by the caller; ``days`` are the inspection cycles by sub-class.

    One line of the audit record tells of them all. Raises IntegrityError if a code was given before.
    """
    check_manages(by)
    rows = [_component(one, days[subclass_of(one.code)], source, by, now) for one in given]
    Component.objects.bulk_create(rows, batch_size=1_000)
    if rows:
        facts = {"components": len(rows), "first": rows[0].code, "last": rows[-1].code}
        written("parts", "components_add", source, facts, by, now)
    return len(rows)


def _component(one: Given, days: int | None, source: str, by: Viewer, now: dt.datetime) -> Component:
    today = localdate(now)
    return Component(
        code=one.code,
        subclass_id=subclass_of(one.code),
        name=one.name,
        unit_id=one.unit_id,
        place=one.place,
        longitude=one.longitude,
        latitude=one.latitude,
        **_body("authority", one.authority),
        **_body("owner", one.owner),
        **_body("keeper", one.keeper),
        inspected_on=one.inspected_on,
        inspect_by=first_inspection(one.code, one.inspected_on, today, days),
        source=source[:120],
        recorded_at=now,
        recorded_by=by.name,
        fingerprint=one.fingerprint,
        valid_from=today,
    )


def _body(role: str, body: Body) -> dict[str, Any]:
    known = body.organization_id is not None
    return {f"{role}_id": body.organization_id, f"{role}_name": "" if known else body.name}


def register(*, subclass_code: str, given: Given, by: Viewer, now: dt.datetime) -> str:
    """One component with the next code of its sub-class, which is returned; the code in ``given`` is not looked at.

    Raises Invalid with the field for what cannot be used, Forbidden for whoever does not manage the place.
    """
    check_manages(by)
    kind = subclass(subclass_code)
    if kind is None:
        raise Invalid("没有这个小类，请从目录中选择", field="subclass_code")
    clean = _checked(given)
    home = county().code[:6]
    for draw in range(DRAWS):
        code = make_code(home, kind.code, last_serial(home, kind.code) + 1)
        try:
            with transaction.atomic():
                row = _component(replace(clean, code=code), kind.inspection_days, "单个登记", by, now)
                row.save()
                written(f"component:{row.pk}", "component_register", code, {"unit": row.unit_id}, by, now, first=True)
            return code
        except IntegrityError:
            if draw + 1 == DRAWS or not Component.objects.filter(code=code).exists():
                raise
    raise AssertionError("the last draw returns or raises")


def _checked(given: Given) -> Given:
    clean = clean_given(given)
    here = unit(clean.unit_id)
    if here is None:
        raise Invalid("没有这个社区或网格，请重新选择", field="unit_id")
    if clean.longitude is not None and clean.latitude is not None and locate(clean.longitude, clean.latitude) is None:
        raise Invalid("坐标不在本县范围内", field="longitude")
    for role in ("authority", "owner", "keeper"):
        chosen = getattr(clean, role).organization_id
        if chosen is not None and organization(chosen) is None:
            raise Invalid("没有这个单位，请重新选择", field=role)
    return clean


@transaction.atomic
def change(*, code: str, given: Given, by: Viewer, now: dt.datetime) -> None:
    """Put right what is known of a component; its code and so its sub-class stay.

    Raises Invalid with the field, NotFound, Conflict for one that was taken down, Forbidden.
    """
    check_manages(by)
    clean, row, today = _checked(given), _live(code), localdate(now)
    values = {
        "name": clean.name,
        "place": clean.place,
        "longitude": clean.longitude,
        "latitude": clean.latitude,
        **_body("authority", clean.authority),
        **_body("owner", clean.owner),
        **_body("keeper", clean.keeper),
    }
    differing = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if clean.unit_id != row.unit_id:
        move([row], {row.pk: clean.unit_id}, today)
        differing["unit"] = [row.unit_id, clean.unit_id]
    if differing:
        Component.objects.filter(pk=row.pk).update(**values)
        written(f"component:{row.pk}", "component_change", row.code, differing, by, now)


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
def retire(*, code: str, reason: str, by: Viewer, now: dt.datetime) -> None:
    """A component was taken down; its code is never given again. Raises as ``change``."""
    check_manages(by)
    row, said = _live(code), clean_line(reason)
    if not said:
        raise Invalid("请写明注销的原因", field="reason")
    Component.objects.filter(pk=row.pk).update(valid_to=max(localdate(now), row.valid_from))
    written(f"component:{row.pk}", "component_retire", row.code, {"reason": said[:200]}, by, now)


def _live(code: str) -> Component:
    row = Component.objects.select_for_update(of=("self",)).filter(code=clean_code(code)).first()
    if row is None:
        raise NotFound("没有找到这个部件")
    if row.valid_to is not None:
        raise Conflict("这个部件已经注销")
    return row
