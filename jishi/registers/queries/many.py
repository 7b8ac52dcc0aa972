"""Rows of a file against the register: who is known, which home and household they belong to. For whole batches."""

from typing import Any

import polars as pl

from jishi.orm.bulk import frame
from jishi.registers.models import Dwelling, DwellingGrid, Home, Membership, Resident, SourceHousehold, Stay
from jishi.registers.rules.vocabulary import Relation

LIVE = {"valid_to__isnull": True}
# What stands in ``standing``
NEW = "new"  # nobody of this description
JOINS = "joins"  # known, but of no household: registered here and living elsewhere until now
KNOWN = "known"  # known in this household
ELSEWHERE = "elsewhere"  # known in another household in another home


def compared(rows: pl.DataFrame, source_name: str) -> pl.DataFrame:
    """The rows with ``resident_id``, ``dwelling_id``, ``household_id`` (null where none is known), ``standing`` and
    ``remark``: why a row is not to be taken, or what of it is not.

    Parameters
    ----------
    rows
        Canonical rows (see flows.importing.register_checks): whole households, numbered in ``group``, with
        ``group_key``, ``unit_id``, ``address_id`` and ``door``.
    """
    rows = _with_document(rows)
    rows = _with_dwelling(rows)
    rows = _by_name_at_home(rows)
    rows = _with_household(rows, source_name)
    return _with_standing(rows)


def _with_document(rows: pl.DataFrame) -> pl.DataFrame:
    numbers = rows["document_number"].drop_nulls()
    kinds = rows["document_kind"].drop_nulls().unique().to_list()  # the index begins with the kind
    live = Resident.objects.filter(**LIVE, document_kind__in=kinds, document_number__among=numbers)
    live = live.exclude(document_number="")
    known = frame(
        live.values_list("document_kind", "document_number", "id"),
        {"document_kind": pl.String, "document_number": pl.String, "resident_id": pl.Int64},
    )
    return rows.join(known, on=["document_kind", "document_number"], how="left", maintain_order="left")


def _with_dwelling(rows: pl.DataFrame) -> pl.DataFrame:
    at = Dwelling.objects.filter(**LIVE, address_id__among=rows["address_id"].drop_nulls().unique())
    by_address = frame(at.values_list("address_id", "id"), {"address_id": pl.Int64, "at_address": pl.Int64})
    units = rows["unit_id"].drop_nulls().unique().to_list()
    here = DwellingGrid.objects.filter(**LIVE, unit_id__in=units, dwelling__valid_to__isnull=True)
    here = here.filter(dwelling__door__among=rows["door"].drop_nulls().unique())
    by_door = frame(
        here.order_by("dwelling_id").values_list("unit_id", "dwelling__door", "dwelling_id", "dwelling__address_id"),
        {"unit_id": pl.Int64, "door": pl.String, "at_door": pl.Int64, "other_address": pl.Int64},
    ).unique(["unit_id", "door"], keep="first", maintain_order=True)
    rows = rows.join(by_address, on="address_id", how="left", maintain_order="left")
    rows = rows.join(by_door, on=["unit_id", "door"], how="left", maintain_order="left")
    # A door in words is another home if it has another address.
    same = pl.col("address_id").is_null() | pl.col("other_address").is_null()
    said = pl.when(same).then(pl.col("at_door"))
    return rows.with_columns(dwelling_id=pl.coalesce("at_address", said)).drop("at_address", "at_door", "other_address")


def _by_name_at_home(rows: pl.DataFrame) -> pl.DataFrame:
    """Somebody of this name at this home, where one of the two has shown no document and birth dates agree."""
    asked = rows.filter(pl.col("resident_id").is_null() & pl.col("dwelling_id").is_not_null())
    if not asked.height:
        return rows
    homes = asked["dwelling_id"].unique()
    there = Stay.objects.filter(**LIVE, dwelling_id__among=homes, resident__valid_to__isnull=True)
    fields = ("dwelling_id", "resident__name", "resident_id", "resident__birth_date", "resident__document_number")
    known = frame(
        there.values_list(*fields).distinct(),
        {"dwelling_id": pl.Int64, "name": pl.String, "found": pl.Int64, "born": pl.Date, "shown": pl.String},
    )
    pairs = asked.select("line", "dwelling_id", "name", "birth_date", "document_number").join(
        known, on=["dwelling_id", "name"]
    )
    born = pl.col("born").cast(pl.String)
    agrees = pl.col("birth_date").is_null() | born.is_null() | (pl.col("birth_date") == born)
    undocumented = pl.col("document_number").is_null() | (pl.col("shown") == "")
    taken = rows["resident_id"].drop_nulls().implode()
    pairs = pairs.filter(agrees & undocumented & ~pl.col("found").is_in(taken))
    pairs = pairs.unique("line", keep="none").unique("found", keep="first", maintain_order=True)
    rows = rows.join(pairs.select("line", "found"), on="line", how="left", maintain_order="left")
    return rows.with_columns(resident_id=pl.coalesce("resident_id", "found")).drop("found")


def _with_household(rows: pl.DataFrame, source_name: str) -> pl.DataFrame:
    ids = rows["resident_id"].drop_nulls()
    live = Membership.objects.filter(**LIVE, resident_id__among=ids)
    member = frame(
        live.values_list("resident_id", "household_id", "relation"),
        {"resident_id": pl.Int64, "in_household": pl.Int64, "in_relation": pl.String},
    )
    households = member["in_household"].unique()
    homes = Home.objects.filter(**LIVE, household_id__among=households)
    home = frame(homes.values_list("household_id", "dwelling_id"), {"in_household": pl.Int64, "in_home": pl.Int64})
    keys = rows["group_key"].unique()
    named = SourceHousehold.objects.filter(source_name=source_name, key__among=keys, household__valid_to__isnull=True)
    by_key = frame(named.values_list("key", "household_id"), {"group_key": pl.String, "keyed": pl.Int64})
    for found, on in ((member, "resident_id"), (home, "in_household"), (by_key, "group_key")):
        rows = rows.join(found, on=on, how="left", maintain_order="left")
    at_home = (pl.col("in_home") == pl.col("dwelling_id")).fill_null(False)
    first = pl.when(at_home).then(pl.col("in_household")).drop_nulls().first().over("group")
    return rows.with_columns(at_home=at_home, household_id=pl.coalesce("keyed", first)).drop("keyed", "in_home")


def _with_standing(rows: pl.DataFrame) -> pl.DataFrame:
    inside = (pl.col("in_household") == pl.col("household_id")).fill_null(False) | pl.col("at_home")
    standing = (
        pl.when(pl.col("resident_id").is_null())
        .then(pl.lit(NEW))
        .when(pl.col("in_household").is_null())
        .then(pl.lit(JOINS))
        .when(inside)
        .then(pl.lit(KNOWN))
        .otherwise(pl.lit(ELSEWHERE))
    )
    rows = rows.with_columns(standing=standing)
    heads = Membership.objects.filter(**LIVE, relation=Relation.HEAD.value)
    heads = heads.filter(household_id__among=rows["household_id"].drop_nulls().unique())
    known = frame(heads.values_list("household_id"), {"household_id": pl.Int64}).with_columns(headed=pl.lit(True))
    rows = rows.join(known, on="household_id", how="left", maintain_order="left")
    return rows.with_columns(
        second_head=pl.col("standing").is_in([NEW, JOINS])
        & (pl.col("relation") == Relation.HEAD.value)
        & pl.col("headed").fill_null(False),
        remark=_remark(),
    ).drop("headed", "at_home", "in_household", "in_relation")


def _remark() -> pl.Expr:
    labels: Any = {relation.value: relation.label for relation in Relation}

    def word(name: str) -> pl.Expr:
        return pl.col(name).replace_strict(labels, default=None, return_dtype=pl.String)

    # Which household is not said: it may lie outside of the area of whoever brings the file.
    moved = pl.lit("此人已登记在另一户，住处未改，请上门核实")
    other = pl.concat_str(
        pl.lit("与户主关系登记为“"), word("in_relation"), pl.lit("”，文件为“"), word("relation"), pl.lit("”，未改")
    )
    return (
        pl.when(pl.col("standing") == ELSEWHERE)
        .then(moved)
        .when((pl.col("standing") == KNOWN) & (pl.col("relation") != pl.col("in_relation")))
        .then(other)
    )
