"""The life of an address: it is created, it is changed, it is cancelled."""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.actions.ledger import check_manages, check_may_write, index, live_row, written
from jishi.addresses.actions.names import attach
from jishi.addresses.actions.posts import end_posts
from jishi.addresses.models import Address, Alias, EarlierState
from jishi.addresses.queries.reading import address
from jishi.addresses.rules.codes import RANDOM_RANGE, make_code
from jishi.addresses.rules.levels import Level, check_place
from jishi.addresses.rules.naming import AliasKind, clean_name, key_of
from jishi.addresses.rules.rows import AddressRow
from jishi.kernel.errors import Conflict, Invalid
from jishi.territory.queries import UnitRow, locate, unit

Draw = Callable[[int], int]
MAX_FULL_NAME = 300
_AT_ONCE = 500  # ids in one statement


@transaction.atomic
def create(
    *,
    level: Level,
    name: str,
    by: Viewer,
    now: dt.datetime,
    parent_id: int | None = None,
    unit_id: int | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    draw: Draw = secrets.randbelow,
) -> AddressRow:
    """A new address from today on, with a code of its own from the door down.

    Without ``unit_id`` it lies in the unit around its point, or else where its parent lies; what is at the top needs
    one of both. ``draw`` gives a random number below its argument. Raises Invalid with the field for a name, level or
    place that cannot be, Conflict (field ``name``) if the name is taken there.
    """
    parent = live_row(parent_id) if parent_id is not None else None
    check_place(level, Level(parent.level) if parent is not None else None)
    _check_point(longitude, latitude)
    here = _unit_for(unit_id, parent, longitude, latitude)
    check_may_write(by, here, level)
    row = Address(
        parent=parent,
        level=level.value,
        name=clean_name(name, level),
        code=_fresh_code(draw) if level.has_code else None,
        unit_id=here.id,
        longitude=longitude,
        latitude=latitude,
        valid_from=localdate(now),
    )
    _spell(row, parent)
    _check_free(row)
    row.save()
    row.path = f"{parent.path if parent is not None else '/'}{row.pk}/"
    row.save(update_fields=["path"])
    index([row.pk])
    written(row, "create", {"level": level.value, "code": row.code, "unit": here.code}, by, now, first=True)
    return address(row.pk)


def _fresh_code(draw: Draw) -> str:
    while Address.objects.filter(code=(code := make_code(draw(RANDOM_RANGE)))).exists():
        pass
    return code


def _check_point(longitude: float | None, latitude: float | None) -> None:
    if (longitude is None) != (latitude is None):
        raise Invalid("经度和纬度要么都写，要么都不写。", field="longitude")
    if longitude is not None and latitude is not None and not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise Invalid("经纬度超出范围。", field="longitude")


def _unit_for(unit_id: int | None, parent: Address | None, longitude: float | None, latitude: float | None) -> UnitRow:
    above = unit(parent.unit_id) if parent is not None else None
    if unit_id is not None:
        here = unit(unit_id)
        if here is None:
            raise Invalid("没有这个社区或网格，请重新选择。", field="unit_id")
        if above is not None and not here.is_within(above):
            raise Invalid(f"{here.name}不在上级地址所在的{above.name}之内。", field="unit_id")
        return here
    around = locate(longitude, latitude) if longitude is not None and latitude is not None else None
    if around is not None and (above is None or around.is_within(above)):
        return around
    if above is None:
        raise Invalid("请选择所在的社区或网格。", field="unit_id")
    return above


def _spell(row: Address, parent: Address | None) -> None:
    row.key = key_of(row.name)
    row.full_name = f"{parent.full_name if parent is not None else ''}{row.name}"
    if len(row.full_name) > MAX_FULL_NAME:
        raise Invalid(f"全称最多{MAX_FULL_NAME}个字。", field="name")


def _check_free(row: Address) -> None:
    """Raises Conflict if the name is taken among its neighbours."""
    near = Address.objects.filter(level=row.level, name=row.name, valid_to__isnull=True).exclude(pk=row.pk)
    near = near.filter(parent_id=row.parent_id) if row.parent_id else near.filter(parent=None, unit_id=row.unit_id)
    if near.exists():
        raise Conflict(f"“{row.full_name}”已经登记过了。", field="name")


@transaction.atomic
def change(
    *,
    address_id: int,
    by: Viewer,
    now: dt.datetime,
    name: str | None = None,
    parent_id: int | None = None,
    unit_id: int | None = None,
    point: tuple[float, float] | None = None,
    keep_former: bool = True,
) -> AddressRow:
    """From today on an address is called differently, hangs below another, lies in another unit or at another point.

    What is None stays. The code stays in any case. What it was is kept for every past day; with ``keep_former`` the
    old name goes on finding it. Raises as ``create`` does.
    """
    check_manages(by)
    row = live_row(address_id)
    before = _state(row)
    if name is not None:
        row.name = clean_name(name, Level(row.level))
    if point is not None:
        _check_point(*point)
        row.longitude, row.latitude = point
    parent = _new_parent(row, parent_id)
    row.unit_id = _unit_for(unit_id if unit_id is not None else row.unit_id, parent, None, None).id
    _spell(row, parent)
    after = _state(row)
    if after == before:
        return address(row.pk)
    _check_free(row)
    row.path = f"{parent.path if parent is not None else '/'}{row.pk}/"
    _keep(row, before, localdate(now))
    row.save()
    _respell_below(row.pk)
    changed = {field: [before[field], after[field]] for field in after if before[field] != after[field]}
    if before["name"] != row.name and keep_former:
        _keep_former_name(row, before["name"], localdate(now))
    index([row.pk])
    written(row, "change", changed, by, now, first=False)
    return address(row.pk)


_STATE = ("name", "parent_id", "unit_id", "longitude", "latitude")


def _state(row: Address) -> dict[str, Any]:
    return {field: getattr(row, field) for field in _STATE}


def _new_parent(row: Address, parent_id: int | None) -> Address | None:
    if parent_id is None or parent_id == row.parent_id:
        return row.parent
    parent = live_row(parent_id)
    if parent.path.startswith(row.path):
        raise Invalid("不能把地址移到自己的下级之下。", field="parent_id")
    check_place(Level(row.level), Level(parent.level))
    row.parent = parent
    return parent


def _keep(row: Address, before: dict[str, Any], day: dt.date) -> None:
    """The state until today, from the day on which the one before it ended."""
    last = EarlierState.objects.filter(address=row).order_by("-valid_to", "-id").values_list("valid_to", flat=True)
    EarlierState.objects.create(address=row, **before, valid_from=last.first() or row.valid_from, valid_to=day)


def _keep_former_name(row: Address, name: str, day: dt.date) -> None:
    if not Alias.objects.filter(address=row, name=name, valid_to__isnull=True).exists():
        attach(row, name, AliasKind.FORMER, day)
    again = Alias.objects.filter(address=row, name=row.name, valid_to__isnull=True)
    again.update(valid_to=day)  # an old name taken up again is no other name any more


def _respell_below(address_id: int) -> None:
    """Full names and paths of everything below an address, level by level, live or not."""
    above = Address.objects.filter(pk=OuterRef("parent_id"))
    ahead = [address_id]
    while ahead:
        below: list[int] = []
        for start in range(0, len(ahead), _AT_ONCE):
            rows = Address.objects.filter(parent_id__in=ahead[start : start + _AT_ONCE])
            rows.update(
                full_name=Concat(Subquery(above.values("full_name")[:1]), F("name")),
                path=Concat(Subquery(above.values("path")[:1]), Cast("pk", CharField()), Value("/")),
            )
            below += rows.values_list("pk", flat=True)
        ahead = below


def _nothing_holds_it(_address_id: int) -> str:
    return ""


@transaction.atomic
def cancel(
    *,
    address_id: int,
    by: Viewer,
    now: dt.datetime,
    reason: str,
    held_by: Callable[[int], str] = _nothing_holds_it,
) -> None:
    """An address ends today: the house is gone, the number was taken back. Its code is never given again.

    ``held_by`` is asked what still depends on it (rooms above know: dwellings) and answers in words or with an empty
    text. Raises Conflict with these words or if there are live addresses below, Invalid without a reason.
    """
    check_manages(by)
    row = live_row(address_id)
    if not reason.strip():
        raise Invalid("请写明注销的原因。", field="reason")
    below = Address.objects.filter(parent=row, valid_to__isnull=True).values_list("name", flat=True)
    names = "、".join(sorted(below)[:3])
    if names:
        raise Conflict(f"“{row.full_name}”下还有地址（{names}等），请先注销下级。")
    held = held_by(row.pk)
    if held:
        raise Conflict(f"“{row.full_name}”不能注销：{held}")
    day = localdate(now)
    if row.valid_from > day:
        raise Invalid("这个地址在这一天还没有设立。")
    Address.objects.filter(pk=row.pk).update(valid_to=day)
    Alias.objects.filter(address=row, valid_to__isnull=True).update(valid_to=day)
    end_posts([row.pk], day)
    index([row.pk])
    written(row, "cancel", {"code": row.code, "reason": reason.strip()[:200]}, by, now, first=False)
