"""`jishi addresses`: take addresses in from a file, print door plates."""

from pathlib import Path

import click

from jishi.cli.ground import Commands, refuse, say_json, start


@click.group(cls=Commands)
def command() -> None:
    """标准地址。"""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="结果输出一行 JSON。")
def import_(file: Path, as_json: bool) -> None:
    """从 CSV 或 XLSX 文件导入地址：一行一个门牌或一室，没有的层级留空或写“无”。

    表头：单元代码、路、村组、门牌、楼栋、单元、层、室、俗称、曾用名、经度、纬度。有错行时全部不导入；
    已有的地址不会重复。
    """
    start()
    from django.utils import timezone

    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.flows.address_import import import_file

    counts = import_file(path=file, by=SYSTEM, now=timezone.now())
    if as_json:
        say_json({"new": counts.new, "unchanged": counts.unchanged})
    else:
        click.echo(f"{file.name}：新登记 {counts.new} 条地址，{counts.unchanged} 行此前已有")


@command.command()
@click.option("--unit", "code", required=True, metavar="CODE", help="社区或网格的代码。")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="写入的 PDF 文件。")
@click.option("--site", default="http://127.0.0.1:8000", show_default=True, help="居民打开本系统的网址。")
def plates(code: str, out: Path, site: str) -> None:
    """打印门牌：一个单元内的门牌和楼栋，每张 A4 纸十块，带二维码。"""
    start()
    from jishi.addresses.queries import plates_in
    from jishi.addresses.rules.plates import A_SHEET, plates_pdf
    from jishi.territory.queries import by_code, county

    unit = by_code(code)
    if unit is None:
        refuse(f"没有代码为“{code}”的单元")
    found = plates_in(unit.id)
    if not found:
        refuse(f"{unit.name}还没有门牌和楼栋")
    out.write_bytes(plates_pdf(found, site=site.rstrip("/"), county=county().name))
    click.echo(f"{out}：{len(found)} 块门牌，{-(-len(found) // A_SHEET)} 页")
