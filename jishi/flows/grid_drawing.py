"""Units from a map file, grids for them, and a map file with the grid of every unit.

Reads what GDAL reads (shapefile, GeoPackage, GeoJSON): polygons or points with a column of households. Coordinates in
degrees are laid flat around the middle of the file, which at the size of a county changes lengths by less than 1 %.
"""

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jishi.algorithms.districting import Graph, Measures, Plan, Problem, Reason, Rebalanced, Standard, Units
from jishi.kernel.errors import Invalid

DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON"}
DEGREES = re.compile(r"GEOGC|4326|4490|CRS84|4269|4610|4214", re.IGNORECASE)
GRID, BEFORE = "grid", "grid_before"
METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the file says what."""

    households: str
    people: str | None = None
    compound: str | None = None
    street: str | None = None
    community: str | None = None
    present: str | None = None


@dataclass(frozen=True, slots=True)
class MapFile:
    """A layer as it was read: its shapes (WKB), columns and coordinate system."""

    path: Path
    crs: str | None
    kind: str
    shapes: np.ndarray
    columns: Mapping[str, np.ndarray]

    def __len__(self) -> int:
        return len(self.shapes)

    def column(self, name: str) -> np.ndarray:
        if name not in self.columns:
            raise Invalid(f"{self.path.name} 没有“{name}”这一列，有：{'、'.join(self.columns) or '（没有列）'}")
        return self.columns[name]

    def counts(self, name: str) -> np.ndarray:
        """A column of whole numbers from 0; Invalid names the first row that is not."""
        given = self.column(name)
        try:
            numbers = given.astype(np.float64)
        except (TypeError, ValueError):
            numbers = np.array([_number(one) for one in given])
        bad = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.floor(numbers))))
        if len(bad):
            written = _text(given[bad[0]])
            told = f"是“{written}”" if written else "没有写"
            raise Invalid(f"第 {bad[0] + 1} 行的“{name}”{told}，须是 0 或正整数")
        return numbers.astype(np.int64)

    def names(self, name: str) -> tuple[np.ndarray, list[str]]:
        """A column of names as numbers from 0 and what they stand for; −1 where nothing is written."""
        given = [_text(one) for one in self.column(name)]
        known = sorted({one for one in given if one}, key=_natural)
        place = {one: number for number, one in enumerate(known)}
        return np.array([place.get(one, -1) for one in given], np.int64), known


@dataclass(frozen=True, slots=True)
class Asked:
    """A problem read from a file, and the present division if the file has one."""

    file: MapFile
    problem: Problem
    present: np.ndarray | None = None
    present_names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The grids of a file with their names, figures, and reasons where they are out of tolerance."""

    asked: Asked
    plan: Plan
    names: list[str]
    measures: Measures
    reasons: list[Reason]

    @property
    def name_of(self) -> list[str]:
        """The name of the grid of every unit."""
        return [self.names[grid] for grid in self.plan.grid]

    def rows(self) -> list[dict[str, Any]]:
        """One row of figures for each grid."""
        found, why = self.measures, {one.grid: one.sentence for one in self.reasons}
        compact = found.compactness
        return [
            {
                "grid": self.names[grid],
                "units": int(found.units[row]),
                "households": int(found.households[row]),
                "people": None if found.people is None else int(found.people[row]),
                "within": bool(found.within[row]),
                "compactness": None if compact is None else round(float(compact[row]), 3),
                "reason": why.get(int(grid)),
            }
            for row, grid in enumerate(found.names)
        ]

    def moves(self) -> list[dict[str, Any]]:
        """One row for each unit that changes its grid; empty after drawing afresh."""
        if not isinstance(self.plan, Rebalanced):
            return []
        moves, households = self.plan.moves, self.asked.problem.units.households
        return [
            {
                "unit": int(unit) + 1,
                "before": self.names[before] if before >= 0 else None,
                "after": self.names[after],
                "households": int(households[unit]),
            }
            for unit, before, after in zip(moves.units, moves.before, moves.after, strict=True)
        ]


def read(path: Path) -> MapFile:
    """The first layer of a map file."""
    from pyogrio import errors, raw

    try:
        meta, _, shapes, values = raw.read(path)
    except (errors.DataSourceError, errors.DataLayerError) as error:
        raise Invalid(f"读不出 {path.name}，须是 Shapefile、GeoPackage 或 GeoJSON") from error
    if shapes is None:
        raise Invalid(f"{path.name} 里没有图形")
    return MapFile(path, meta["crs"], meta["geometry_type"], shapes, dict(zip(meta["fields"], values, strict=True)))


def ask(file: MapFile, columns: Columns, standard: Standard) -> Asked:
    """The problem the file describes: units, who lies beside whom, the present division."""
    from jishi.algorithms.districting.shapes import units_of

    if len(file) == 0:
        raise Invalid(f"{file.path.name} 里没有单元")
    households = file.counts(columns.households)
    people = file.counts(columns.people) if columns.people else None
    compound = file.names(columns.compound)[0] if columns.compound else None
    street = file.names(columns.street)[0] if columns.street else None
    made: tuple[Units, Graph] = units_of(_flat(file), households, people, compound, street)
    problem = Problem(*made, standard)
    if columns.community:
        problem = problem.within(file.names(columns.community)[0])
    if columns.present is None:
        return Asked(file, problem)
    present, names = file.names(columns.present)
    return Asked(file, problem, present, names)


def draw(asked: Asked, *, seed: int, progress: Callable[[str, int, int], None]) -> Drawn:
    """Grids drawn afresh, named 1, 2, 3 …"""
    from jishi.algorithms import districting

    plan = districting.draw(asked.problem, seed=seed, step=_told(progress, "划分网格", len(asked.problem)))
    names = [str(number + 1) for number in range(int(plan.grid.max()) + 1)]
    return _drawn(asked, plan, names)


def rebalance(asked: Asked, *, seed: int, progress: Callable[[str, int, int], None]) -> Drawn:
    """The present grids within the tolerance again, with their names; added ones are called 新1, 新2 …"""
    from jishi.algorithms import districting

    assert asked.present is not None
    step = _told(progress, "调整网格", len(asked.problem))
    plan = districting.rebalance(asked.problem, asked.present, seed=seed, step=step)
    added = int(plan.grid.max()) + 1 - len(asked.present_names)
    return _drawn(asked, plan, asked.present_names + [f"新{number + 1}" for number in range(added)])


def write(drawn: Drawn, path: Path) -> None:
    """The file's shapes and columns with the grid of every unit (and the grid before), as GeoPackage or GeoJSON."""
    from pyogrio import raw

    file = drawn.asked.file
    columns = {name: values for name, values in file.columns.items() if name not in (GRID, BEFORE)}
    columns[GRID] = np.array(drawn.name_of, object)
    if drawn.asked.present is not None:
        names = [drawn.names[one] if one >= 0 else None for one in drawn.asked.present]
        columns[BEFORE] = np.array(names, object)
    areas = "Polygon" in file.kind or file.kind == "Unknown"
    with warnings.catch_warnings():  # a file without a coordinate system gives one without
        warnings.filterwarnings("ignore", message="'crs' was not provided")
        raw.write(
            path,
            file.shapes,
            list(columns.values()),
            list(columns),
            geometry_type="MultiPolygon" if areas else file.kind,
            promote_to_multi=areas,
            crs=file.crs,
            driver=DRIVERS[path.suffix.lower()],
        )


def _drawn(asked: Asked, plan: Plan, names: list[str]) -> Drawn:
    from jishi.algorithms.districting import explain, measure

    measures = measure(asked.problem, plan.grid)
    reasons = explain(asked.problem, plan.grid, measures)
    return Drawn(asked, plan, names, measures, reasons)


def _told(progress: Callable[[str, int, int], None], what: str, total: int) -> Callable[[float], None]:
    done = 0.0

    def step(more: float) -> None:
        nonlocal done
        done += more
        progress(what, min(total, round(done)), total)

    return step


def _flat(file: MapFile) -> np.ndarray:
    """The shapes in metres."""
    import shapely

    shapes = shapely.force_2d(shapely.from_wkb(file.shapes))
    west, south, east, north = shapely.total_bounds(shapes)
    small = west >= -180 and east <= 180 and south >= -90 and north <= 90
    if not small or (file.crs and not DEGREES.search(file.crs)):
        return shapes
    scale = np.array([METRES_PER_DEGREE * np.cos(np.radians((south + north) / 2)), METRES_PER_DEGREE])
    return shapely.transform(shapes, lambda points: (points - [west, south]) * scale)


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return ""
    if isinstance(value, float | np.floating) and value == int(value):
        return str(int(value))
    return str(value).strip()


def _natural(name: str) -> list[tuple[int, str]]:
    """Orders 2 before 10, wherever in the name the numbers stand."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part]


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")
