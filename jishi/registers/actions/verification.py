"""Somebody has looked, and it is still so."""

import datetime as dt

from django.db import transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import Conflict
from jishi.registers.actions.ledger import day_of, held, written
from jishi.registers.models import Dwelling, Home, Household, Membership, Resident
from jishi.registers.queries.scope import MODELS
from jishi.registers.rules.vocabulary import RecordKind, Relation


@transaction.atomic
def verify(*, kind: RecordKind, record_id: int, by: Viewer, now: dt.datetime) -> None:
    """Stamp one record with today and who looked."""
    held(kind, record_id, by)
    MODELS[kind]._default_manager.filter(pk=record_id).update(verified_on=day_of(now), verified_by=by.name)
    written(kind, record_id, "verify", by, now)


@transaction.atomic
def verify_household(*, household_id: int, by: Viewer, now: dt.datetime) -> None:
    """Stamp a household, its people and its home: one visit at one door.

    Raises Conflict for a household without a head or a home: there is something to enter first.
    """
    household = held(RecordKind.HOUSEHOLD, household_id, by)
    members = Membership.objects.filter(household=household, valid_to__isnull=True)
    home = Home.objects.filter(household=household, valid_to__isnull=True).first()
    if home is None:
        raise Conflict("这一户的住处还没有核实，请先登记现住的房屋。")
    if not members.filter(relation=Relation.HEAD).exists():
        raise Conflict("这一户还没有户主，请先确定户主。")
    stamp = {"verified_on": day_of(now), "verified_by": by.name}
    Household.objects.filter(pk=household_id).update(**stamp)
    Dwelling.objects.filter(pk=home.dwelling_id).update(**stamp)
    count = Resident.objects.filter(pk__in=members.values("resident_id"), valid_to__isnull=True).update(**stamp)
    written(RecordKind.HOUSEHOLD, household_id, "verify_household", by, now, people=count)
