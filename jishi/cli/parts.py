"""`jishi parts`: take components in from a file, take a list of them out, count them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jishi.cli.ground import Bars, Commands, refuse, say_json, start
from jishi.kernel.errors import Forbidden

if TYPE_CHECKING:
    from jishi.accounts.rules.viewer import Viewer
    from jishi.registers.rules.imports import RunRow

FILE = click.Path(dir_okay=False, path_type=Path)
_SHOWN = 20


@click.group(cls=Commands)
def command() -> None:
    """部件。"""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", help="列的对应：places/common/mappings/parts 中的名称，或一个 YAML 文件。不写时按记住的或常见的列名。"
)
@click.option("--source-name", default="命令行导入", show_default=True, help="来源名称；列的对应按它记住。")
@click.option("--by", metavar="USERNAME", help="以谁的名义导入；不写时记为系统。")
@click.option("--dry-run", is_flag=True, help="只检查，不写入。")
@click.option("--all-or-nothing", is_flag=True, help="有一行不能导入，就一行也不写入。")
@click.option(
    "--refused-to", type=FILE, help="把未导入的行连同行号和原因写入此文件（.xlsx 或 .csv），改正后可再次导入。"
)
@click.option("--json", "as_json", is_flag=True, help="未导入的行各输出一行 JSON，最后一行为合计。")
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    mapping: str | None,
    source_name: str,
    by: str | None,
    dry_run: bool,
    all_or_nothing: bool,
    refused_to: Path | None,
    as_json: bool,
) -> None:
    """从 CSV 或 XLSX 文件导入部件。

    逐行检查代码、小类、坐标、所在网格和重复；重复导入不会重复登记，中断后再次执行即从断处接着导入。
    有未导入的行时退出状态为 1。
    """
    start()
    run = _run(file, mapping, source_name, dry_run, all_or_nothing, _who(by))
    if refused_to is not None:
        from jishi.flows.importing.refused import write_refused
        from jishi.registers.queries import imports

        write_refused(refused_to, file, imports.refusals(run.id))
    _tell_json(run) if as_json else _tell(run)
    if run.state == "failed" or run.refused:
        ctx.exit(1)


def _run(
    file: Path, mapping: str | None, source_name: str, dry_run: bool, all_or_nothing: bool, by: "Viewer"
) -> "RunRow":
    from django.utils import timezone

    from jishi.flows import component_import
    from jishi.kernel.errors import DomainError
    from jishi.registers.queries import imports
    from jishi.registers.rules.imports import Subject

    run = component_import.begun(
        file=file, mapping=mapping, source_name=source_name, dry=dry_run, all_or_nothing=all_or_nothing, by=by,
        now=timezone.now(),
    )  # fmt: skip
    with Bars() as bars:
        try:
            component_import.go_on(run, by, timezone.now, bars)
        except DomainError as error:
            click.echo(error.message, err=True)
    return imports.run(by, run.id, Subject.PARTS)


def _tell_json(run: "RunRow") -> None:
    from jishi.registers.queries import imports

    for line, _, reason in imports.refusals(run.id):
        say_json({"line": line, "reason": reason})
    say_json({"run": run.id, "state": run.state, "rows": run.rows, "note": run.note, **run.counts})


def _tell(run: "RunRow") -> None:
    from jishi.flows.importing.component_layouts import COUNTS
    from jishi.registers.queries import imports

    for line, _, reason in imports.refusals(run.id, limit=_SHOWN):
        click.echo(f"第 {line} 行：{reason}")
    if run.refused > _SHOWN:
        click.echo(f"……共 {run.refused} 行未导入，用 --refused-to 取全部")
    told = "，".join(f"{label} {run.counts.get(name, 0)}" for name, label in COUNTS.items())
    done = {"checked": "试导", "done": "导入"}.get(run.state, "未导入")
    click.echo(f"{run.file_name}：{done} {run.rows} 行；{told}")


def _who(username: str | None) -> "Viewer":
    from jishi.accounts.rules.viewer import SYSTEM

    return SYSTEM if username is None else manager(username)


def manager(username: str) -> "Viewer":
    """The person of this user name with today's postings; raises Forbidden for somebody who has left."""
    from jishi.cli.matters import registrar

    found = registrar(username)
    if found is None:
        raise Forbidden(f"{username} 已经离岗")
    return found


@command.command("export")
@click.argument("file", type=FILE)
@click.option("--by", metavar="USERNAME", required=True, help="以谁的名义导出：限其辖区和本单位，记入审计。")
@click.option("--class", "class_code", default="", metavar="CODE", help="只导出这个大类（2位）或小类（4位）。")
@click.option("--unit", metavar="CODE", help="只导出这个单元。")
def export(file: Path, by: str, class_code: str, unit: str | None) -> None:
    """把部件清单导出为 XLSX 或 CSV，可以再次导入。"""
    start()
    from django.utils import timezone

    from jishi.flows.component_export import export_components
    from jishi.parts.queries import Filter
    from jishi.territory.queries import by_code

    found = by_code(unit) if unit else None
    if unit and found is None:
        refuse(f"没有代码为“{unit}”的单元")
    if len(class_code) not in (0, 2, 4):
        refuse("大类代码2位，小类代码4位")
    wanted = Filter(
        class_code=class_code if len(class_code) == 2 else "",
        subclass_code=class_code if len(class_code) == 4 else "",
        unit_id=found.id if found is not None else None,
    )
    number = export_components(path=file, by=manager(by), wanted=wanted, now=timezone.now())
    click.echo(f"{file.name}：{number} 个部件")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="结果输出为 JSON。")
def count(as_json: bool) -> None:
    """各大类、小类现有多少部件。"""
    start()
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.parts.queries import figures, subclasses

    counted = figures(SYSTEM)
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
