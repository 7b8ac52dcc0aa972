"""A component comes into the register: alone, with the next code of its sub-class, or with a file of them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.kernel.errors import Forbidden, Invalid
from jishi.organizations.queries import organization
from jishi.parts.actions.ledger import written
from jishi.parts.models import Component
from jishi.parts.queries import last_serial, subclass
from jishi.parts.rules.codes import make_code, subclass_of
from jishi.parts.rules.given import ROLES, Body, Given, clean_given
from jishi.parts.rules.inspections import first_inspection
from jishi.territory.queries import county, locate, unit

DRAWS = 5  # two who register at once get numbers one after the other
SMALLEST = 2  # the depth of a community: components lie in communities and grids


def check_manages(by: Viewer) -> None:
    if by is not SYSTEM:
        by.check(Permission.MANAGE_PLACE)


def check_enters(by: Viewer, unit_id: int) -> None:
    """Raise Forbidden unless the viewer manages the place, or inspects the components of the area around the unit."""
    if by is SYSTEM or by.may(Permission.MANAGE_PLACE):
        return
    by.check(Permission.INSPECT_PARTS)
    here = unit(unit_id)
    if here is not None and not any(grant.covers(here.path) for grant in by.having(Permission.INSPECT_PARTS)):
        raise Forbidden("只能登记本人辖区内的部件")


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
        **columns_of("authority", one.authority),
        **columns_of("owner", one.owner),
        **columns_of("keeper", one.keeper),
        inspected_on=one.inspected_on,
        inspect_by=first_inspection(one.code, one.inspected_on, today, days),
        source=source[:120],
        recorded_at=now,
        recorded_by=by.name,
        fingerprint=one.fingerprint,
        valid_from=today,
    )


def columns_of(role: str, body: Body) -> dict[str, Any]:
    """A body as the row keeps it: one of the county's, or only a name."""
    known = body.organization_id is not None
    return {f"{role}_id": body.organization_id, f"{role}_name": "" if known else body.name}


def register(*, subclass_code: str, given: Given, by: Viewer, now: dt.datetime) -> str:
    """One component with the next code of its sub-class, which is returned; the code in ``given`` is not looked at.

    Whoever manages the place registers anywhere, whoever inspects components in the own area. Raises Invalid with the
    field for what cannot be used, Forbidden.
    """
    check_enters(by, given.unit_id)
    kind = subclass(subclass_code)
    if kind is None:
        raise Invalid("没有这个小类，请从目录中选择", field="subclass_code")
    clean = checked(given)
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


def checked(given: Given) -> Given:
    """What is handed in, cleaned; raises Invalid with the field for a unit, point or body that there is not."""
    clean = clean_given(given)
    here = unit(clean.unit_id)
    if here is None:
        raise Invalid("没有这个社区或网格，请重新选择", field="unit_id")
    if here.depth < SMALLEST:
        raise Invalid("部件要登记到社区或网格", field="unit_id")
    if clean.longitude is not None and clean.latitude is not None and locate(clean.longitude, clean.latitude) is None:
        raise Invalid("坐标不在本县范围内", field="longitude")
    for role in ROLES:
        chosen = getattr(clean, role).organization_id
        if chosen is not None and organization(chosen) is None:
            raise Invalid("没有这个单位，请重新选择", field=role)
    return clean
