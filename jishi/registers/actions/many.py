"""Whole batches of people with their households and homes, each in one transaction.

The rows go past Django into the tables, so what must hold is held by the constraints of the database; what a row may
say has been checked before (flows.importing). Nobody who is known is moved or overwritten: see ``many_values``.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
from django.db import transaction

from jishi.accounts.rules.viewer import Viewer
from jishi.audit.actions import record
from jishi.kernel.errors import Conflict
from jishi.orm.bulk import frame, insert_rows, take_ids
from jishi.registers.actions.ledger import day_of
from jishi.registers.actions.many_values import take_values_of_many
from jishi.registers.models import (
    Dwelling,
    DwellingGrid,
    Home,
    Household,
    HouseholdGrid,
    Membership,
    RefusedRow,
    Resident,
    SourceHousehold,
    Stay,
)
from jishi.registers.queries.many import ELSEWHERE, JOINS, LIVE, NEW
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.household_numbers import RANDOM_RANGE, household_number
from jishi.registers.rules.many_names import many_initials
from jishi.registers.rules.vocabulary import (
    BuildingUse,
    DocumentKind,
    HouseholdKind,
    RecordKind,
    Relation,
    Sex,
    StayKind,
)

_TRIES = 20
Draw = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's worth of a file: ``run_id``, which batch of it, and where its values come from."""

    run_id: int
    number: int
    source_name: str
    origin: Origin


@transaction.atomic
def take_in(
    *, batch: Batch, rows: pl.DataFrame, by: Viewer, now: dt.datetime, draw: Draw = secrets.randbelow
) -> dict[str, int]:
    """Write the rows ``queries.many.compared`` gives; returns how many of what was written.

    Raises IntegrityError if somebody has entered one of them meanwhile: compare again and repeat.
    """
    origin, today = batch.origin, day_of(now)
    placed = rows.filter(pl.col("standing") != ELSEWHERE)
    known = rows.filter(pl.col("resident_id").is_not_null())
    standing_homes = placed.filter(pl.col("dwelling_id").is_not_null())
    standing_households = placed.filter(pl.col("household_id").is_not_null())
    stamp = _stamp(origin, by, now)
    placed = _with_dwellings(placed, stamp, today)
    placed = _with_households(placed, stamp, today, batch.source_name, draw)
    placed = _with_residents(placed, stamp)
    fresh = placed.filter(pl.col("standing").is_in([NEW, JOINS]))
    _link(fresh, today)
    counts = {
        "people": placed.filter(pl.col("standing") == NEW).height,
        "households": placed.filter(pl.col("begins_household"))["household_id"].n_unique(),
        "dwellings": placed.filter(pl.col("begins_home"))["dwelling_id"].n_unique(),
    }
    for kind, key, said in (
        (RecordKind.RESIDENT, "resident_id", known),
        (RecordKind.DWELLING, "dwelling_id", standing_homes),
        (RecordKind.HOUSEHOLD, "household_id", standing_households),
    ):
        done = take_values_of_many(kind=kind, rows=_said(kind, said, key), origin=origin, by=by, now=now)
        counts = {name: counts.get(name, 0) + done.get(name, 0) for name in {**counts, **done}}
    record(
        stream=f"import:{batch.run_id}",
        actor_id=by.person_id or None,
        actor=by.name,
        action="registers.import_batch",
        subject=f"导入 {batch.run_id} 第{batch.number + 1}批",
        facts={"source": origin.source.value, "rows": rows.height, **counts},
        at=now,
    )
    return counts


def note_refusals(*, run_id: int, rows: pl.DataFrame) -> None:
    """Keep the rows (``line``, ``taken``, ``reason``) of a batch that were not, or not wholly, taken in."""
    told = rows.select(
        pl.lit(run_id).alias("run_id"), "line", pl.col("taken").cast(pl.Int8), pl.col("reason").str.slice(0, 400)
    )
    insert_rows(RefusedRow, told)


def _stamp(origin: Origin, by: Viewer, now: dt.datetime) -> dict[str, pl.Expr]:
    """The columns every record has. Moments are text in UTC, as both databases read them; ``verified_by`` stays empty
    for what only came with a file."""
    day = day_of(now).isoformat()
    return {
        "source": pl.lit(origin.source.value),
        "source_note": pl.lit(origin.note[:120]),
        "recorded_at": pl.lit(str(now.astimezone(dt.UTC).replace(tzinfo=None))),
        "recorded_by": pl.lit(by.name[:120]),
        "verified_on": pl.coalesce("verified_on", pl.lit(day)),
        "verified_by": pl.lit(""),
        "end_reason": pl.lit(""),
        "valid_from": pl.lit(day),
    }


def _said_first(*names: str) -> list[pl.Expr]:
    return [pl.col(name).drop_nulls().first() for name in names]


def _with_dwellings(rows: pl.DataFrame, stamp: dict[str, pl.Expr], today: dt.date) -> pl.DataFrame:
    """New homes, one for each address or door; every row knows its home then."""
    key = pl.coalesce(
        pl.concat_str(pl.lit("@"), pl.col("address_id").cast(pl.String)),
        pl.concat_str(pl.col("unit_id").cast(pl.String), pl.lit("|"), "door"),
    )
    rows = rows.with_columns(home_key=key, begins_home=pl.col("dwelling_id").is_null())
    names = ("address_id", "door", "building_use", "floor_area", "owner_name", "owner_phone", "is_rented")
    new = (
        rows.filter(pl.col("begins_home"))
        .group_by("home_key", maintain_order=True)
        .agg(*_said_first(*names, "verified_on", "unit_id"))
    )
    new = new.with_columns(pl.Series("id", take_ids(Dwelling, new.height), pl.Int64))
    table = new.select(
        "id", "address_id", "door", "floor_area",
        building_use=pl.col("building_use").fill_null(BuildingUse.HOME.value),
        owner_name=pl.col("owner_name").fill_null(""), owner_phone=pl.col("owner_phone").fill_null(""),
        is_rented=(pl.col("is_rented") == "1").fill_null(False).cast(pl.Int8), **stamp,
    )  # fmt: skip
    insert_rows(Dwelling, table)
    insert_rows(DwellingGrid, new.select("unit_id", dwelling_id=pl.col("id"), valid_from=pl.lit(today.isoformat())))
    rows = rows.join(new.select("home_key", begun=pl.col("id")), on="home_key", how="left", maintain_order="left")
    return rows.with_columns(dwelling_id=pl.coalesce("dwelling_id", "begun")).drop("begun", "home_key")


def _with_households(
    rows: pl.DataFrame, stamp: dict[str, pl.Expr], today: dt.date, source_name: str, draw: Draw
) -> pl.DataFrame:
    """New households, each at the home and in the grid of its head, or of its first row."""
    rows = rows.with_columns(begins_household=pl.col("household_id").is_null())
    ordered = rows.filter(pl.col("begins_household")).sort(
        pl.col("relation") != Relation.HEAD.value, "line", nulls_last=True
    )
    new = ordered.group_by("group", maintain_order=True).agg(
        *_said_first("group_key", "dwelling_id", "unit_id", "book_number", "household_kind", "verified_on")
    )
    new = new.with_columns(
        pl.Series("id", take_ids(Household, new.height), pl.Int64),
        pl.Series("number", _numbers(new.height, draw), pl.String),
    )
    table = new.select(
        "id", "number", book_number=pl.col("book_number").fill_null(""),
        kind=pl.col("household_kind").fill_null(HouseholdKind.FAMILY.value), **stamp,
    )  # fmt: skip
    day = pl.lit(today.isoformat())
    of = pl.col("id").alias("household_id")
    insert_rows(Household, table)
    insert_rows(HouseholdGrid, new.select(of, "unit_id", valid_from=day))
    insert_rows(Home, new.select(of, "dwelling_id", valid_from=day))
    keys = new.select(of, key="group_key", source_name=pl.lit(source_name))
    known = SourceHousehold.objects.filter(source_name=source_name, key__among=keys["key"])
    known.delete()  # of a household that has ended: the key is free for the next one
    insert_rows(SourceHousehold, keys)
    rows = rows.join(new.select("group", begun=pl.col("id")), on="group", how="left", maintain_order="left")
    return rows.with_columns(household_id=pl.coalesce("household_id", "begun")).drop("begun")


def _numbers(count: int, draw: Draw) -> list[str]:
    """Numbers no household has."""
    found: dict[str, None] = {}
    for _ in range(_TRIES):
        fresh = {household_number(draw(RANDOM_RANGE)): None for _ in range(count - len(found))}
        taken = Household.objects.filter(number__among=fresh).values_list("number", flat=True)
        for number in taken:
            fresh.pop(number, None)
        found |= fresh
        if len(found) == count:
            return list(found)
    raise Conflict("暂时分配不到户编号，请再试一次。")


def _with_residents(rows: pl.DataFrame, stamp: dict[str, pl.Expr]) -> pl.DataFrame:
    new = rows.filter(pl.col("standing") == NEW)
    letters = many_initials(new["name"].unique().to_list())
    ids = pl.DataFrame(
        {"line": new["line"], "begun": take_ids(Resident, new.height)}, schema={"line": pl.Int64, "begun": pl.Int64}
    )
    empty = ("former_name", "document_number", "phone", "second_phone", "registered_place")
    table = new.join(ids, on="line", maintain_order="left").select(
        "name", "birth_date", *[pl.col(name).fill_null("") for name in empty], id="begun",
        initials=pl.col("name").replace_strict(letters, default="", return_dtype=pl.String).str.slice(0, 60),
        sex=pl.col("sex").fill_null(Sex.UNKNOWN.value),
        document_kind=pl.col("document_kind").fill_null(DocumentKind.CITIZEN.value), **stamp,
    )  # fmt: skip
    insert_rows(Resident, table)
    rows = rows.join(ids, on="line", how="left", maintain_order="left")
    return rows.with_columns(resident_id=pl.coalesce("resident_id", "begun")).drop("begun")


def _link(rows: pl.DataFrame, today: dt.date) -> None:
    """Memberships and stays of people who are new, or were of no household."""
    day = pl.lit(today.isoformat())
    # Only somebody who is alone in the file may have no relation: see flows.importing.register_checks.
    usual = (
        pl.when(pl.col("begins_household")).then(pl.lit(Relation.HEAD.value)).otherwise(pl.lit(Relation.OTHER.value))
    )
    relation = pl.coalesce("relation", usual)
    insert_rows(Membership, rows.select("household_id", "resident_id", relation=relation, valid_from=day))
    stays = rows.select(
        "resident_id", "dwelling_id", "standing",
        kind=pl.col("stay").fill_null(StayKind.USUAL.value).str.split(","), valid_from=day,
    ).explode("kind")  # fmt: skip
    joining = stays.filter(pl.col("standing") == JOINS)
    if joining.height:
        live = Stay.objects.filter(**LIVE, resident_id__among=joining["resident_id"].unique())
        schema = {"resident_id": pl.Int64, "dwelling_id": pl.Int64, "kind": pl.String}
        standing = frame(live.values_list(*schema), schema)
        registered = standing.filter(pl.col("kind") == StayKind.REGISTERED.value)["resident_id"].implode()
        stays = stays.join(standing, on=list(schema), how="anti", maintain_order="left")
        again = (pl.col("kind") == StayKind.REGISTERED.value) & pl.col("resident_id").is_in(registered)
        stays = stays.filter(~again)
    insert_rows(Stay, stays.drop("standing"))


def _said(kind: RecordKind, rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """What a file says of records that are known, first words first: ``id`` and a column for each field."""
    fields = {
        RecordKind.RESIDENT: {
            name: name
            for name in (
                "name", "former_name", "sex", "birth_date", "document_number", "phone", "second_phone",
                "registered_place",
            )
        },
        RecordKind.HOUSEHOLD: {"book_number": "book_number", "household_kind": "kind"},
        RecordKind.DWELLING: {
            name: name for name in ("building_use", "floor_area", "is_rented", "owner_name", "owner_phone")
        },
    }[kind]  # fmt: skip
    chosen = rows.select(pl.col(key).alias("id"), *[pl.col(old).alias(new) for old, new in fields.items()])
    return chosen.group_by("id", maintain_order=True).agg(*_said_first(*fields.values()))
