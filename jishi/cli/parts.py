"""`jishi parts`: take components in from a file, and count them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jishi.cli.ground import Bars, Commands, say_json, start
from jishi.kernel.errors import Forbidden

if TYPE_CHECKING:
    from jishi.accounts.rules.viewer import Viewer


@click.group(cls=Commands)
def command() -> None:
    """部件。"""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", help="列名对应：places/common/mappings/parts 中的名称，或一个 YAML 文件。不写时用 standard。"
)
@click.option("--by", metavar="USERNAME", help="以谁的名义导入；不写时记为系统。")
@click.option("--dry-run", is_flag=True, help="只检查，不写入。")
@click.option("--all-or-nothing", is_flag=True, help="有一行不能导入，就一行也不写入。")
@click.option(
    "--refused-to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="把未导入的行连同行号和原因写入此 CSV 文件，改正后可再次导入。",
)
@click.option("--json", "as_json", is_flag=True, help="每行结果输出一行 JSON，最后一行为合计。")
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    mapping: str | None,
    by: str | None,
    dry_run: bool,
    all_or_nothing: bool,
    refused_to: Path | None,
    as_json: bool,
) -> None:
    """从 CSV 或 XLSX 文件导入部件。

    逐行检查代码、小类、坐标、所在网格和重复；重复导入不会重复登记，中断后再次执行即可接着导入。
    有未导入的行时退出状态为 1。
    """
    start()
    from django.utils import timezone

    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.flows import component_import

    with Bars() as bars:
        report = component_import.import_components(
            path=file,
            mapping=mapping,
            by=manager(by) if by else SYSTEM,
            dry_run=dry_run,
            all_or_nothing=all_or_nothing,
            refused_to=refused_to,
            now=timezone.now(),
            progress=bars,
        )
    if as_json:
        for line in component_import.lines_of(report):
            say_json(line)
    else:
        for row in report.refused:
            click.echo(f"第 {row.line} 行（{row.code or '无代码'}）：{row.reason}")
        sums = "，".join(f"{outcome.label} {report.counts[outcome]} 行" for outcome in component_import.Outcome)
        click.echo(f"{report.file}：{sums}")
    if report.refused:
        ctx.exit(1)


def manager(username: str) -> "Viewer":
    """The person of this user name with today's postings; raises Forbidden for somebody who has left."""
    from jishi.cli.matters import registrar

    found = registrar(username)
    if found is None:
        raise Forbidden(f"{username} 已经离岗")
    return found


@command.command()
@click.option("--json", "as_json", is_flag=True, help="结果输出为 JSON。")
def count(as_json: bool) -> None:
    """各大类、小类现有多少部件。"""
    start()
    from jishi.parts.queries import figures, subclasses

    counted = figures()
    rows = [(kind, counted.get(kind.code, 0)) for kind in subclasses()]
    if as_json:
        say_json([{"class": k.class_code, "subclass": k.code, "name": k.name, "components": n} for k, n in rows])
        return
    for kind, number in rows:
        if number:
            click.echo(f"{kind.class_name} {kind.code} {kind.name}：{number}")
    click.echo(
        f"目录共 {len({kind.class_code for kind, _ in rows})} 大类 {len(rows)} 小类，部件 {sum(counted.values())} 个"
    )
