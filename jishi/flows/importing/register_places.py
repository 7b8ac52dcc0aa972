"""Where the rows of a file say that people live: the grid by code or name, the home by door code or full name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.queries.many import Home, live_homes
from jishi.addresses.queries.searching import search
from jishi.addresses.rules.codes import parse_code
from jishi.addresses.rules.naming import NUMERAL, arabic, folded
from jishi.kernel.errors import DomainError
from jishi.territory import queries as territory
from jishi.territory.rules.tree import UnitRow

_COMMUNITY, _GRID = 2, 3
_OFFICE = re.compile(r"(?<=..)(?:社区|村)?(?:居民委员会|村民委员会|居委会|村委会|社区|村)$")
_NUMBERED_GRID = re.compile(rf"第?([0-9]{{1,3}}|{NUMERAL}+)号?(?:网格)?|网格([0-9]{{1,3}})")
_MOST_SEARCHES = 500  # names that are not the full name of an address: aliases, 3-2-301; more are refused
_BOOK = {"address_id": pl.Int64, "code": pl.String, "full_name": pl.String, "home_unit": pl.Int64, "whole": pl.Boolean}


@dataclass(slots=True)
class Places:
    """The units and addresses of the county, read once for a file. ``check_unit`` raises for a unit that is no grid
    of the viewer."""

    by: Viewer
    check_unit: Callable[[int, Viewer], None]
    names: dict[str, list[UnitRow]] = field(default_factory=dict)
    short: dict[str, list[UnitRow]] = field(default_factory=dict)
    book: pl.DataFrame = field(default_factory=pl.DataFrame)
    searches: int = 0
    _verdicts: dict[int, str | None] = field(default_factory=dict)
    _searched: dict[tuple[int | None, str], int | None] = field(default_factory=dict)

    @classmethod
    def read(cls, by: Viewer, check_unit: Callable[[int, Viewer], None], *, with_addresses: bool) -> "Places":
        places = cls(by, check_unit)
        for unit in (*territory.units(_COMMUNITY), *territory.units(_GRID)):
            upper = territory.unit(unit.parent_id) if unit.parent_id else None
            for name in {unit.code, folded(unit.name), folded((upper.name if upper else "") + unit.name)}:
                places.names.setdefault(name, []).append(unit)
            places.short.setdefault(_short(unit.name), []).append(unit)
        places.book = _book(live_homes() if with_addresses else [])
        return places

    def resolved(self, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """The rows with ``unit_id``, ``address_id`` and ``door``, and the reasons against those that lie nowhere."""
        rows = self._with_unit(rows)
        rows = self._with_address(rows)
        rows = self._settled(rows)
        said = pl.concat_str("unit_wrong", "address_wrong", "both_wrong", separator="；", ignore_nulls=True)
        told = rows.select(said.alias("places")).to_series()
        reasons = told.to_frame().select(pl.when(pl.col("places") != "").then(pl.col("places"))).to_series()
        return rows.drop("unit_wrong", "address_wrong", "both_wrong", "said_unit", "home_unit"), reasons

    def _with_unit(self, rows: pl.DataFrame) -> pl.DataFrame:
        said = rows.select("community", "grid").unique()
        found = pl.DataFrame(
            [(community, grid, *self._unit(community, grid)) for community, grid in said.rows()],
            schema={
                "community": pl.String, "grid": pl.String, "said_unit": pl.Int64,
                "said_community": pl.Int64, "unit_wrong": pl.String,
            },
            orient="row",
        )  # fmt: skip
        return rows.join(found, on=["community", "grid"], how="left", nulls_equal=True, maintain_order="left")

    def _unit(self, community: str | None, grid: str | None) -> tuple[int | None, int | None, str | None]:
        within = self._named(community, None, _COMMUNITY) if community else None
        if community and within is None:
            return None, None, f"没有名为“{community[:30]}”的社区，或不止一个"
        if not grid:
            return (within.id, within.id, None) if within else (None, None, None)
        found = self._named(grid, within, _GRID)
        if found is None:
            return None, within.id if within else None, f"没有网格“{grid[:30]}”，或不止一个，请写网格编码"
        return found.id, _community_of(found), None

    def _named(self, text: str, within: UnitRow | None, depth: int) -> UnitRow | None:
        given = self.names.get(text.strip()) or self.names.get(folded(text)) or self.short.get(_short(text)) or []
        fits = [unit for unit in given if within is None or unit.is_within(within)]
        best = [unit for unit in fits if unit.depth == depth] or fits
        return best[0] if len({unit.id for unit in best}) == 1 else None

    def _with_address(self, rows: pl.DataFrame) -> pl.DataFrame:
        nothing = {"address_id": pl.Int64, "home_unit": pl.Int64, "address_wrong": pl.String}
        if not self.book.height and rows["door_code"].null_count() == rows["address"].null_count() == rows.height:
            return rows.with_columns(pl.lit(None, kind).alias(name) for name, kind in nothing.items())
        code = pl.col("door_code").str.to_uppercase().str.replace_all(r"[\s\-·./]", "")
        rows = rows.with_columns(code=code, spelled=pl.coalesce("address", "door"))
        by_code = self.book.filter(pl.col("code").is_not_null()).select("code", coded=pl.col("address_id"))
        rows = rows.join(by_code, on="code", how="left", maintain_order="left")
        rows = self._by_name(rows)
        rows = rows.with_columns(address_id=pl.coalesce("coded", "named"))
        rows = rows.join(
            self.book.select("address_id", "full_name", "home_unit", "whole"),
            on="address_id", how="left", maintain_order="left",
        )  # fmt: skip
        rows = self._explained(rows)
        door = pl.coalesce("door", pl.col("full_name").str.slice(0, 120))
        return rows.with_columns(door=door).drop(
            "code", "coded", "named", "spelled", "full_name", "whole", "community_id", "key"
        )

    def _by_name(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The address of a full name below its community, or of one that the county has only once."""
        spelled = _folded(pl.col("spelled"))
        cut = self._upper_names()
        community = spelled.str.extract(cut, 1).replace_strict(
            {name: units[0].id for name, units in self.names.items() if _only_community(units)},
            default=None, return_dtype=pl.Int64,
        )  # fmt: skip
        rows = rows.with_columns(
            community_id=pl.coalesce("said_community", community), key=spelled.str.replace(cut, "")
        ).drop("said_community")
        below = self.book.select("community_id", "key", below=pl.col("address_id"))
        below = below.unique(["community_id", "key"], keep="none")
        once = self.book.select("key", once=pl.col("address_id")).unique("key", keep="none")
        rows = rows.join(below, on=["community_id", "key"], how="left", maintain_order="left")
        rows = rows.join(once, on="key", how="left", maintain_order="left")
        # A door in words ("3栋502") is only looked for in its own community.
        anywhere = pl.when(pl.col("address").is_not_null() & pl.col("community_id").is_null()).then(pl.col("once"))
        rows = rows.with_columns(named=pl.coalesce("below", anywhere)).drop("below", "once")
        return self._searching(rows)

    def _searching(self, rows: pl.DataFrame) -> pl.DataFrame:
        lost = pl.col("address").is_not_null() & pl.col("named").is_null() & pl.col("coded").is_null()
        pairs = rows.filter(lost).select("community_id", "address").unique(maintain_order=True).rows()
        found = {pair: self._search(*pair) for pair in pairs}
        if not any(found.values()):
            return rows
        table = pl.DataFrame(
            [(*pair, id) for pair, id in found.items()],
            schema={"community_id": pl.Int64, "address": pl.String, "searched": pl.Int64},
            orient="row",
        )
        rows = rows.join(table, on=["community_id", "address"], how="left", nulls_equal=True, maintain_order="left")
        return rows.with_columns(named=pl.coalesce("named", "searched")).drop("searched")

    def _search(self, community_id: int | None, text: str) -> int | None:
        if (community_id, text) not in self._searched and self.searches < _MOST_SEARCHES:
            self.searches += 1
            found = search(text, within=territory.unit(community_id) if community_id else None, limit=2)
            only = found.rows[0].id if found.complete and len(found.rows) == 1 else None
            self._searched[community_id, text] = only
        return self._searched.get((community_id, text))

    def _explained(self, rows: pl.DataFrame) -> pl.DataFrame:
        unknown = rows.filter(pl.col("door_code").is_not_null() & pl.col("coded").is_null())["door_code"].unique()
        told = {text: _about_code(text) for text in unknown.to_list()}
        code = pl.when(pl.col("coded").is_null()).then(
            pl.col("door_code").replace_strict(told, default=None, return_dtype=pl.String)
        )
        lost = pl.col("address").is_not_null() & pl.col("address_id").is_null() & pl.col("door_code").is_null()
        name = pl.when(lost).then(
            pl.concat_str(pl.lit("地址库中没有“"), pl.col("address").str.slice(0, 40), pl.lit("”，或不止一处"))
        )
        stated = pl.col("door_code").is_not_null() | pl.col("address").is_not_null()
        part = pl.when(stated & ~pl.col("whole")).then(pl.lit("地址没有写到户室"))
        rows = rows.with_columns(address_wrong=pl.coalesce(code, name, part))
        # A door in words that names a whole building stays a door in words.
        kept = pl.col("whole").fill_null(True) | stated
        return rows.with_columns(pl.when(kept).then(pl.col(name)).alias(name) for name in ("address_id", "home_unit"))

    def _settled(self, rows: pl.DataFrame) -> pl.DataFrame:
        pairs = rows.select("said_unit", "home_unit").unique()
        found = pl.DataFrame(
            [(*pair, *self._settle(*pair)) for pair in pairs.rows()],
            schema={"said_unit": pl.Int64, "home_unit": pl.Int64, "unit_id": pl.Int64, "both_wrong": pl.String},
            orient="row",
        )
        rows = rows.join(found, on=["said_unit", "home_unit"], how="left", nulls_equal=True, maintain_order="left")
        explained = pl.col("unit_wrong").is_not_null() | pl.col("address_wrong").is_not_null()
        nowhere = pl.when(pl.col("door").is_null()).then(pl.lit("没有写明住在哪一处"))
        told = pl.when(~explained).then(pl.coalesce(nowhere, "both_wrong"))
        return rows.with_columns(both_wrong=told)

    def _settle(self, said: int | None, home: int | None) -> tuple[int | None, str | None]:
        stated, lies = (territory.unit(id) if id else None for id in (said, home))
        if stated and lies and not (lies.is_within(stated) or stated.is_within(lies)):
            return None, f"地址在“{lies.name}”，与文件写的“{stated.name}”不一致"
        deeper = max(filter(None, (stated, lies)), key=lambda unit: unit.depth, default=None)
        if deeper is None:
            return None, "没有写明在哪个网格"
        if deeper.id not in self._verdicts:
            self._verdicts[deeper.id] = self._verdict(deeper.id)
        return deeper.id, self._verdicts[deeper.id]

    def _verdict(self, unit_id: int) -> str | None:
        try:
            self.check_unit(unit_id, self.by)
        except DomainError as refusal:
            return refusal.message
        return None

    def _upper_names(self) -> str:
        """County, town and community in front of an address; the community is captured."""
        county = re.escape(folded(territory.county().name))
        towns = _alternatives(unit.name for unit in territory.units(1))
        communities = _alternatives(unit.name for unit in territory.units(_COMMUNITY))
        return rf"^(?:[^0-9]{{0,12}}?{county})?(?:{towns})?({communities})?"


def _short(name: str) -> str:
    """A name without what kind of unit it is; a numbered grid is its number: 第一网格, 1网格, 网格1, 1."""
    text = _OFFICE.sub("", folded(name))
    numbered = _NUMBERED_GRID.fullmatch(text)
    if numbered is None:
        return text
    number = numbered[1] or numbered[2]
    return f"#{int(number) if number.isdecimal() else arabic(number)}"


def _only_community(units: list[UnitRow]) -> bool:
    return len(units) == 1 and units[0].depth == _COMMUNITY


def _alternatives(names: object) -> str:
    folded_names = {folded(name) for name in names}  # type: ignore[attr-defined]
    return "|".join(sorted(map(re.escape, folded_names), key=len, reverse=True)) or "-"


def _community_of(unit: UnitRow) -> int | None:
    if unit.depth == _COMMUNITY:
        return unit.id
    return next((upper.id for upper in territory.ancestors(unit) if upper.depth == _COMMUNITY), None)


def _book(homes: list[Home]) -> pl.DataFrame:
    book = pl.DataFrame(homes, schema=_BOOK, orient="row")
    communities = {unit.id: _community_of(unit) for depth in (_COMMUNITY, _GRID) for unit in territory.units(depth)}
    return book.with_columns(
        key=_folded(pl.col("full_name")),
        community_id=pl.col("home_unit").replace_strict(communities, default=None, return_dtype=pl.Int64),
    )


def _folded(text: pl.Expr) -> pl.Expr:
    """addresses.rules.naming.folded for a whole column."""
    return text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[^\w\-‐‑‒–—―－]+", "")


def _about_code(text: str) -> str:
    try:
        return f"门码 {parse_code(text)} 不在地址库中"
    except DomainError as refusal:
        return f"{refusal.message}（{text[:20]}）"
