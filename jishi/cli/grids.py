"""`jishi grids`: cut the units of a map file into grids, or balance the grids it has."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jishi.cli import planner
from jishi.cli.ground import Bars, Commands, refuse, say_json

if TYPE_CHECKING:
    from jishi.flows.grid_drawing import Asked, Drawn

SHOWN = 60  # more grids than this are summed up; only those out of tolerance are listed
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def _options(command: Callable[..., None]) -> Callable[..., None]:
    """What both commands ask for."""
    output = click.Path(dir_okay=False, path_type=Path)
    for option in reversed(
        (
            click.option("--households", required=True, metavar="COLUMN", help="户数所在的列。"),
            click.option("--people", metavar="COLUMN", help="人数所在的列；集体宿舍等户少人多的单元按人数折算。"),
            click.option("--compound", metavar="COLUMN", help="小区所在的列；同一小区尽量不拆开。"),
            click.option("--street", metavar="COLUMN", help="街巷或街区所在的列；网格尽量不跨主干道。"),
            click.option("--community", metavar="COLUMN", help="社区（村）所在的列；网格不跨社区。"),
            click.option("--standard", default=400.0, show_default=True, help="每格户数。"),
            click.option("--standard-people", default=1200.0, show_default=True, help="每格人数。"),
            click.option("--tolerance", default=10.0, show_default=True, help="容许偏差，百分之几。"),
            click.option("--seed", default=1, show_default=True, help="随机种子；相同则结果相同。"),
            click.option("--out", type=output, help="结果写入此 .gpkg 或 .geojson；不写则为原名加 -grids.gpkg。"),
            click.option("--figures", type=output, help="每格的数字写入此 CSV。"),
            click.option("--json", "as_json", is_flag=True, help="结果输出为一个 JSON。"),
        )
    ):
        command = option(command)
    return command


@click.group(cls=Commands)
def command() -> None:
    """网格划分。"""


command.add_command(planner.standing)
command.add_command(planner.propose)


@command.command()
@FILE
@_options
def draw(file: Path, **given: Any) -> None:
    """把地图文件（Shapefile、GeoPackage、GeoJSON）里的楼栋、门洞、农房重新划成网格。

    图形全部为面（按共有边界判断相邻，容许小缝），或全部为点。每格连成一片，户数尽量在标准的容许偏差内；
    做不到的逐格说明原因。
    """
    from jishi.flows import grid_drawing

    _run(file, grid_drawing.draw, given)


@command.command()
@FILE
@click.option("--present", required=True, metavar="COLUMN", help="现有网格所在的列；空着的是还没有网格的单元。")
@click.option("--moves", type=click.Path(dir_okay=False, path_type=Path), help="调整清单写入此 CSV。")
@_options
def rebalance(file: Path, **given: Any) -> None:
    """在现有网格上调整，使各格回到容许偏差内，换网格员的户数尽量少，并列出调整的单元。"""
    from jishi.flows import grid_drawing

    _run(file, grid_drawing.rebalance, given)


def _run(file: Path, work: Callable[..., "Drawn"], given: dict[str, Any]) -> None:
    from jishi.flows import grid_drawing

    out: Path = given["out"] or file.with_name(f"{file.stem}-grids.gpkg")
    if out.suffix.lower() not in grid_drawing.DRIVERS:
        refuse(f"{out} 的扩展名须是 .gpkg 或 .geojson")
    if out.exists():
        refuse(f"{out} 已存在，请用 --out 另写一个文件名")
    with Bars() as bars:
        drawn = work(_asked(file, given), seed=given["seed"], progress=bars)
    grid_drawing.write(drawn, out)
    if given["figures"]:
        _csv(given["figures"], drawn.rows())
    if given.get("moves"):
        _csv(given["moves"], drawn.moves())
    (_say_json if given["as_json"] else _say)(drawn, out)


def _asked(file: Path, given: dict[str, Any]) -> "Asked":
    from jishi.algorithms.districting import Standard
    from jishi.flows import grid_drawing

    optional = {name: given.get(name) for name in ("people", "compound", "street", "community", "present")}
    columns = grid_drawing.Columns(given["households"], **optional)
    standard = Standard(given["standard"], given["standard_people"], given["tolerance"] / 100)
    return grid_drawing.ask(grid_drawing.read(file), columns, standard)


def _csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as sheet:
        writer = csv.DictWriter(sheet, list(rows[0]) if rows else ["unit", "before", "after", "households"])
        writer.writeheader()
        writer.writerows(rows)


def _summed(drawn: "Drawn") -> dict[str, Any]:
    measures = drawn.measures
    compact = measures.mean_compactness
    return {
        "units": len(drawn.asked.problem),
        "households": int(measures.households.sum()),
        "grids": len(measures.names),
        "within": int(measures.within.sum()),
        "in_pieces": measures.violations,
        "compounds": measures.compounds,
        "compounds_split": measures.compounds_split,
        "cut_weight": measures.cut_weight,
        "compactness": None if compact is None else round(compact, 3),
    }


def _say_json(drawn: "Drawn", out: Path) -> None:
    moves = drawn.moves()
    moved = sum(row["households"] for row in moves if row["before"])
    say_json(
        _summed(drawn)
        | {"households_moved": moved, "out": str(out), "per_grid": drawn.rows(), "moves": moves}
        | {"grid_of_unit": drawn.name_of}
    )


def _say(drawn: "Drawn", out: Path) -> None:
    rows, sums = drawn.rows(), _summed(drawn)
    if len(rows) > SHOWN:
        rows = [row for row in rows if not row["within"]]
    for row in rows:
        people = "" if row["people"] is None else f"{row['people']:>7} 人"
        click.echo(
            f"网格 {row['grid']:<8}{row['units']:>5} 个单元{row['households']:>7} 户{people}  {row['reason'] or ''}"
        )
    share = 100 * sums["within"] / sums["grids"]
    click.echo(f"{sums['units']} 个单元、{sums['households']} 户，{sums['grids']} 个网格，{share:.1f}% 在容许偏差内")
    if sums["compounds"]:
        click.echo(f"一格容得下的小区 {sums['compounds']} 个，拆开 {sums['compounds_split']} 个")
    moves = drawn.moves()
    if moves:
        moved = sum(row["households"] for row in moves if row["before"])
        click.echo(f"调整 {len(moves)} 个单元，{moved} 户换网格员")
    click.echo(f"已写入 {out}")
