"""`jishi registers`: take lists of people and households in, and out."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jishi.cli.ground import Bars, Commands, refuse, say_json, start
from jishi.cli.matters import registrar

if TYPE_CHECKING:
    from jishi.accounts.rules.viewer import Viewer
    from jishi.registers.rules.imports import RunRow

FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Commands)
def command() -> None:
    """人、户、房登记。"""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", type=FILE, help="列的对应（YAML：name、source、columns）。不写时按记住的或常见的列名。")
@click.option("--source-name", default="命令行导入", show_default=True, help="来源名称；列的对应按它记住。")
@click.option("--dry-run", is_flag=True, help="只检查，不导入。")
@click.option("--all-or-nothing", is_flag=True, help="有一行不能导入就一行也不导入。")
@click.option("--refused", type=FILE, help="把未导入的行连同原因写入此文件（.xlsx 或 .csv），改正后可再次导入。")
@click.option("--by", metavar="USERNAME", help="以谁的名义导入；只收其辖区内的行。")
@click.option("--json", "as_json", is_flag=True, help="结果输出为一行 JSON。")
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    mapping: Path | None,
    source_name: str,
    dry_run: bool,
    all_or_nothing: bool,
    refused: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """从 CSV 或 XLSX 文件导入居民、户和房屋。

    重复导入不会重复登记；中断后再次执行即从断处接着导入。与在册不一致的值并列保存，由人裁定。
    有未导入的行时退出状态为 1。
    """
    start()
    run = _run(file, mapping, source_name, dry_run, all_or_nothing, _who(by))
    if refused is not None:
        from jishi.flows.importing.refused import write_refused
        from jishi.registers.queries import imports

        write_refused(refused, file, imports.refusals(run.id))
    if as_json:
        say_json({"run": run.id, "state": run.state, "rows": run.rows, "note": run.note, **run.counts})
    else:
        _tell(run)
    if run.state == "failed" or run.refused:
        ctx.exit(1)


def _run(
    file: Path, mapping: Path | None, source_name: str, dry_run: bool, all_or_nothing: bool, by: "Viewer"
) -> "RunRow":
    from django.utils import timezone

    from jishi.flows import register_import
    from jishi.kernel.errors import DomainError
    from jishi.registers.queries import imports

    run = register_import.begun(
        file=file, mapping=mapping, source_name=source_name, dry=dry_run, all_or_nothing=all_or_nothing, by=by,
        now=timezone.now(),
    )  # fmt: skip
    with Bars() as bars:
        try:
            register_import.go_on(run, by, timezone.now, bars)
        except DomainError as error:
            click.echo(error.message, err=True)
    return imports.run(by, run.id)


def _tell(run: "RunRow") -> None:
    from jishi.registers.queries import imports
    from jishi.registers.rules.imports import COUNTS

    for line, taken, reason in imports.refusals(run.id, limit=20):
        click.echo(f"第 {line} 行{'（已导入，待核实）' if taken else ''}：{reason}")
    told = "，".join(f"{label} {run.counts[name]}" for name, label in COUNTS.items() if run.counts.get(name))
    done = {"checked": "试导", "done": "导入"}.get(run.state, "未导入")
    click.echo(f"{run.file_name}：{done} {run.rows} 行；{told or '没有变化'}")


def _who(username: str | None) -> "Viewer":
    from jishi.accounts.rules.viewer import SYSTEM

    if username is None:
        return SYSTEM
    found = registrar(username)
    if found is None:
        refuse(f"没有在岗人员“{username}”")
    return found


@command.command("export")
@click.argument("file", type=FILE)
@click.option("--by", metavar="USERNAME", required=True, help="以谁的名义导出：限其辖区，记入审计。")
@click.option("--unit", metavar="CODE", help="只导出这个单元。")
def export(file: Path, by: str, unit: str | None) -> None:
    """把辖区内的居民名册导出为 XLSX 或 CSV：证件号码、电话已遮盖，首行写明导出人和时间。"""
    start()
    from django.utils import timezone

    from jishi.flows.register_export import export_register
    from jishi.territory.queries import by_code

    found = by_code(unit) if unit else None
    if unit and found is None:
        refuse(f"没有代码为“{unit}”的单元")
    people = export_register(path=file, by=_who(by), now=timezone.now(), unit_id=found.id if found else None)
    click.echo(f"{file.name}：{people} 人")
