"""`jishi matters`: take matters in from a file."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jishi.cli.ground import Bars, Commands, say_json, start

if TYPE_CHECKING:
    from jishi.accounts.rules.viewer import Viewer

CHANNELS = ("import", "phone", "paper", "desk", "meeting", "visit", "api")


@click.group(cls=Commands)
def command() -> None:
    """事项。"""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", help="列名对应：places/common/mappings 中的名称，或一个 YAML 文件。不写时按表头识别。")
@click.option(
    "--channel",
    type=click.Choice(CHANNELS),
    default="import",
    show_default=True,
    help="记为哪个渠道；除 import 外须用 --by 写明登记人。",
)
@click.option("--by", metavar="USERNAME", help="以谁的名义登记。")
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
    channel: str,
    by: str | None,
    refused_to: Path | None,
    as_json: bool,
) -> None:
    """从 CSV 或 XLSX 文件导入事项。

    重复导入不会重复登记；中断后再次执行即可接着导入。有未导入的行时退出状态为 1。
    """
    start()
    from django.utils import timezone

    from jishi.flows import message_import
    from jishi.matters.rules.vocabulary import Channel

    now = timezone.now()
    with Bars() as bars:
        report = message_import.import_file(
            path=file,
            mapping=mapping,
            channel=Channel(channel),
            by=registrar(by) if by else None,
            refused_to=refused_to,
            now=now,
            progress=bars,
        )
    if as_json:
        for line in message_import.lines_of(report):
            say_json(line)
    else:
        for row in report.refused:
            click.echo(f"第 {row.line} 行（{row.id or '无编号'}）：{row.reason}")
        sums = "，".join(f"{outcome.label} {len(report.of(outcome))} 行" for outcome in message_import.Outcome)
        click.echo(f"{report.file}：{sums}")
    if report.refused:
        ctx.exit(1)


def registrar(username: str) -> "Viewer | None":
    """The person of this user name with today's postings; none for somebody who has left."""
    from django.utils import timezone

    from jishi.accounts import queries

    return queries.viewer_of(queries.person_id_of(username), timezone.localdate())
