"""`jishi grids`: from a map file with a column of households to a map file with the grid of every unit."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from click.testing import CliRunner, Result
from pyogrio import raw

from jishi.cli.main import main

WIDTH = 6


def grids(*words: str | Path | int) -> Result:
    return CliRunner().invoke(main, ["grids", *map(str, words)], catch_exceptions=False)


def houses(gap: float = 0.0) -> list[shapely.Geometry]:
    """24 square plots of 50 m in rows of six, with a gap between them."""
    corners = [(50 * (unit % WIDTH), 50 * (unit // WIDTH)) for unit in range(24)]
    return [shapely.box(x, y, x + 50 - gap, y + 50 - gap) for x, y in corners]


def laid(path: Path, shapes, crs="EPSG:4547", kind="Polygon", **columns) -> Path:
    """A map file with these shapes and columns."""
    values = {name: np.array(given, object if isinstance(given[0], str) else None) for name, given in columns.items()}
    raw.write(
        path, shapely.to_wkb(np.array(shapes, object)), list(values.values()), list(values), geometry_type=kind, crs=crs
    )
    return path


def grid_column(path: Path, name: str = "grid") -> list[str]:
    meta, _, _, values = raw.read(path)
    return list(values[list(meta["fields"]).index(name)])


def sheet(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


@pytest.mark.capability("C02", "K06-I1")
@pytest.mark.parametrize("suffix", [".shp", ".gpkg", ".geojson"])
def test_a_map_file_is_cut_and_every_unit_gets_its_grid(tmp_path, suffix: str):
    crs, shapes = "EPSG:4547", houses(gap=0.6)
    if suffix == ".geojson":
        crs = "EPSG:4326"
        shapes = [shapely.transform(one, lambda xy: xy / 111_320 + [113.1, 27.8]) for one in shapes]
    file = laid(tmp_path / f"units{suffix}", shapes, crs, hu=[100] * 24, ren=[310] * 24)
    ran = grids("draw", file, "--households", "hu", "--people", "ren", "--out", tmp_path / "cut.gpkg")
    assert ran.exit_code == 0, ran.output
    assert "24 个单元、2400 户，6 个网格，100.0% 在容许偏差内" in ran.output
    assert set(grid_column(tmp_path / "cut.gpkg")) == {"1", "2", "3", "4", "5", "6"}


def test_points_are_cut_by_who_stands_beside_whom(tmp_path):
    file = laid(tmp_path / "doors.geojson", [one.centroid for one in houses()], kind="Point", hu=[100] * 24)
    ran = grids("draw", file, "--households", "hu", "--out", tmp_path / "cut.geojson", "--json")
    said = json.loads(ran.stdout)
    assert (said["grids"], said["within"], said["in_pieces"]) == (6, 6, 0)
    assert len(said["grid_of_unit"]) == 24
    assert (tmp_path / "cut.geojson").exists()


@pytest.mark.capability("K06-I2")
def test_grids_keep_to_their_community_and_the_table_says_why_one_is_small(tmp_path):
    community = ["甲"] * 22 + ["乙"] * 2
    file = laid(tmp_path / "units.gpkg", houses(), hu=[100] * 24, cun=community)
    figures = tmp_path / "figures.csv"
    ran = grids(
        "draw", file, "--households", "hu", "--community", "cun", "--out", tmp_path / "o.gpkg", "--figures", figures
    )
    of_unit = grid_column(tmp_path / "o.gpkg")
    assert not set(of_unit[:22]) & set(of_unit[22:])
    assert "达不到360至440户，单独成格" in ran.output
    rows = sheet(figures)
    assert [row["households"] for row in rows if "单独成格" in row["reason"]] == ["200"]


@pytest.mark.capability("C03", "K06-I4")
def test_a_present_division_is_balanced_and_the_moves_are_listed(tmp_path):
    present = [f"第{1 + unit % WIDTH // 2 + 3 * (unit // (2 * WIDTH))}网格" for unit in range(24)]
    file = laid(tmp_path / "units.gpkg", houses(), hu=[110] + [50] * 23, wg=present)
    moves, out = tmp_path / "moves.csv", tmp_path / "o.gpkg"
    words = ["--households", "hu", "--present", "wg", "--standard", 200, "--tolerance", 25]
    said = json.loads(grids("rebalance", file, *words, "--out", out, "--moves", moves, "--json").stdout)
    after = grid_column(out)
    assert grid_column(out, "grid_before") == present
    moved = [unit + 1 for unit in range(24) if present[unit] != after[unit]]
    assert [row["unit"] for row in said["moves"]] == moved
    assert len(sheet(moves)) == len(moved)
    assert said["within"] == said["grids"] == 6
    assert 0 < said["households_moved"] <= 110


@pytest.mark.capability("K06-B4")
def test_a_building_drawn_twice_is_refused(tmp_path):
    file = laid(tmp_path / "units.gpkg", [*houses(), houses()[3]], hu=[100] * 25)
    ran = grids("draw", file, "--households", "hu")
    assert ran.exit_code == 2
    assert "第 4 个与第 25 个单元的图形重叠" in ran.stderr


def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path):
    file = laid(tmp_path / "units.gpkg", houses(), hu=[100] * 23 + [-1])
    assert "没有“户数”这一列，有：hu" in grids("draw", file, "--households", "户数").stderr
    assert "第 24 行的“hu”是“-1”" in grids("draw", file, "--households", "hu").stderr
    gap = laid(tmp_path / "gap.gpkg", houses(), hu=[1.0] * 23 + [float("nan")])
    assert "第 24 行的“hu”没有写" in grids("draw", gap, "--households", "hu").stderr
    (tmp_path / "units.txt").write_text("nothing")
    assert "读不出 units.txt" in grids("draw", tmp_path / "units.txt", "--households", "hu").stderr
    assert "扩展名" in grids("draw", file, "--households", "hu", "--out", tmp_path / "o.shp").stderr
    assert "已存在" in grids("draw", file, "--households", "hu", "--out", file).stderr
    mixed = laid(tmp_path / "mixed.geojson", [*houses()[:23], shapely.Point(0, 0)], kind="Unknown", hu=[1] * 24)
    assert "全部是面，或全部是点" in grids("draw", mixed, "--households", "hu").stderr


@pytest.mark.capability("C02", "K06-B4")
def test_a_column_of_streets_turns_the_line_along_the_road(tmp_path):
    """Across 12 plots upright is the shorter line, four sides instead of six; the road runs level."""
    street = ["北街" if unit < 12 else "南街" for unit in range(24)]
    file = laid(tmp_path / "units.gpkg", houses(), hu=[100] * 24, street=street)
    asked = ("draw", file, "--households", "hu", "--standard", 1200)
    assert grids(*asked, "--out", tmp_path / "plain.gpkg").exit_code == 0
    assert grids(*asked, "--street", "street", "--out", tmp_path / "road.gpkg").exit_code == 0
    plain, road = grid_column(tmp_path / "plain.gpkg"), grid_column(tmp_path / "road.gpkg")
    assert len(set(plain[:WIDTH])) == 2
    assert len(set(road[:12])) == len(set(road[12:])) == 1
    assert road[0] != road[12]
