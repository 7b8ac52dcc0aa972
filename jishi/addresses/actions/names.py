"""Other names of an address."""

import datetime as dt

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.actions.ledger import check_manages, index, live_row, written
from jishi.addresses.models import Address, Alias
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import AliasKind, clean_name
from jishi.kernel.errors import Conflict, NotFound


@transaction.atomic
def add_alias(*, address_id: int, name: str, kind: AliasKind, by: Viewer, now: dt.datetime) -> int:
    """From today on an address is also found by this name; returns the id of the alias.

    Raises Invalid (field ``name``) for a name that is none, Conflict if it has it already.
    """
    check_manages(by)
    row = live_row(address_id)
    name = clean_name(name, Level(row.level))
    if name == row.name or Alias.objects.filter(address=row, name=name, valid_to__isnull=True).exists():
        raise Conflict(f"“{row.full_name}”已经有“{name}”这个名称。", field="name")
    alias = attach(row, name, kind, localdate(now))
    written(row, "alias", {"name": name, "kind": kind.value}, by, now, first=False)
    return alias.pk


def attach(row: Address, name: str, kind: AliasKind, day: dt.date) -> Alias:
    alias = Alias.objects.create(address=row, name=name, kind=kind.value, valid_from=day)
    index([row.pk])
    return alias


@transaction.atomic
def end_alias(*, alias_id: int, by: Viewer, now: dt.datetime) -> None:
    """A name that nobody uses any more, or that was wrong: from today on it finds nothing."""
    check_manages(by)
    alias = Alias.objects.filter(pk=alias_id, valid_to__isnull=True).first()
    if alias is None:
        raise NotFound("没有这个别名，或已经停用。")
    row = live_row(alias.address_id)
    Alias.objects.filter(pk=alias.pk).update(valid_to=max(localdate(now), alias.valid_from))
    index([row.pk])
    written(row, "alias_end", {"name": alias.name}, by, now, first=False)
