"""`jishi place`: load a place template and its units, and change units with everything that is theirs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from jishi.cli.ground import Bars, Commands, refuse, say_json, start

if TYPE_CHECKING:
    from jishi.flows.unit_changes import UnitsChanged
    from jishi.territory.queries import UnitRow
    from jishi.territory.rules.succession import Part

AS_JSON = click.option("--json", "as_json", is_flag=True, help="结果输出为 JSON。")


@click.group(cls=Commands)
def command() -> None:
    """地方模板。"""


@command.command()
@click.argument("place")
@click.option(
    "--outline",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="单元轮廓（GeoJSON）。",
)
@click.option("--gcj02", is_flag=True, help="轮廓为火星坐标，装载时换算。")
@AS_JSON
def load(place: str, outline: Path | None, gcj02: bool, as_json: bool) -> None:
    """装载地方模板。PLACE 为 places 目录下的名称，或一个文件夹。重复装载不改变任何内容。"""
    start()
    from django.conf import settings
    from django.utils import timezone

    from jishi.flows import place_loading

    folder = Path(place) if "/" in place else Path(settings.PLACES_DIR) / place
    if not (folder / "place.yaml").is_file():
        refuse(f"没有找到地方模板：{folder}/place.yaml")
    with Bars() as bars:
        loaded = place_loading.load_place(folder, outline=outline, gcj02=gcj02, now=timezone.now(), progress=bars)
    if as_json:
        say_json(loaded)
    else:
        click.echo(str(loaded))


@command.command()
@click.argument("code")
@click.option(
    "--into",
    "into",
    multiple=True,
    required=True,
    metavar="CODE:NAME[:CODE,…]",
    help="拆分后的一个单元：代码、名称，有下级单元的再写归入它的下级代码。网格及以下冒号前可留空。至少写两次。",
)
@click.option("--primary", default="", metavar="CODE|NAME", help="承接人员和未办结事项的单元，默认第一个。")
@AS_JSON
def split(code: str, into: tuple[str, ...], primary: str, as_json: bool) -> None:
    """拆分单元。CODE 为现行代码。当日生效，以往的统计不变。"""
    start()
    from django.utils import timezone

    from jishi.flows import unit_changes

    unit = _unit(code)
    parts = [_part(text) for text in into]
    index = next((at for at, part in enumerate(parts) if primary in (part.code, part.name)), None) if primary else 0
    if index is None:
        refuse(f"“{primary}”不是拆分后的单元")
    with Bars() as bars:
        done = unit_changes.split(
            unit_id=unit.id,
            parts=parts,
            primary=index,
            by=unit_changes.OPERATOR,
            now=timezone.now(),
            progress=bars,
        )
    _say(done, as_json)


@command.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE CODE…")
@click.option(
    "--into",
    required=True,
    metavar="CODE:NAME",
    help="合并后的单元。可沿用其中一个代码；网格及以下冒号前可留空。",
)
@AS_JSON
def merge(codes: tuple[str, ...], into: str, as_json: bool) -> None:
    """合并同一上级之下的单元。只能设一个的机构（网格中心、两委）保留第一个单元的，其余并入。"""
    start()
    from django.utils import timezone

    from jishi.flows import unit_changes

    unit_ids = [_unit(code).id for code in codes]
    with Bars() as bars:
        done = unit_changes.merge(
            unit_ids=unit_ids, into=_part(into), by=unit_changes.OPERATOR, now=timezone.now(), progress=bars
        )
    _say(done, as_json)


@command.command()
@click.argument("code")
@click.option("--under", required=True, metavar="CODE", help="新的上级单元。")
@click.option("--code", "new_code", default="", metavar="CODE", help="划转后的代码；乡级、村级单元必须写明。")
@AS_JSON
def move(code: str, under: str, new_code: str, as_json: bool) -> None:
    """把单元连同下级划转到另一上级之下。"""
    start()
    from django.utils import timezone

    from jishi.flows import unit_changes

    unit, parent = _unit(code), _unit(under)
    with Bars() as bars:
        done = unit_changes.move(
            unit_id=unit.id,
            parent_id=parent.id,
            code=new_code,
            by=unit_changes.OPERATOR,
            now=timezone.now(),
            progress=bars,
        )
    _say(done, as_json)


@command.command()
@click.argument("code")
@click.argument("name")
@click.option("--kind", default="", help="同时改变类别，如村改为社区。")
@AS_JSON
def rename(code: str, name: str, kind: str, as_json: bool) -> None:
    """更改单元名称。"""
    start()
    from django.utils import timezone

    from jishi.flows import unit_changes

    unit = _unit(code)
    with Bars() as bars:
        done = unit_changes.rename(
            unit_id=unit.id, name=name, kind=kind, by=unit_changes.OPERATOR, now=timezone.now(), progress=bars
        )
    _say(done, as_json)


@command.command()
@click.argument("code")
@AS_JSON
def history(code: str, as_json: bool) -> None:
    """单元的沿革：历次拆分、合并、划转、更名。CODE 可为已终止的代码。"""
    start()
    from jishi.territory import queries

    unit = queries.by_code_on_record(code)
    if unit is None:
        refuse(f"没有代码为“{code}”的单元")
    steps = queries.history(unit.id)
    if as_json:
        say_json(steps)
        return
    held = f"{unit.valid_from}起" if unit.valid_to is None else f"{unit.valid_from}至{unit.valid_to}"
    click.echo(f"{unit.name}（{unit.code}），{held}")
    for step in steps:
        before, after = step.former, step.successor
        click.echo(f"  {step.day} {step.cause}：{before.name}（{before.code}）→ {after.name}（{after.code}）")
    if not steps:
        click.echo("  没有变更")


def _unit(code: str) -> "UnitRow":
    from jishi.territory import queries

    unit = queries.by_code(code)
    if unit is not None:
        return unit
    former = queries.by_code_on_record(code)
    if former is None:
        refuse(f"没有代码为“{code}”的单元")
    heirs = "、".join(f"{heir.name}（{heir.code}）" for heir in queries.successors(former.id))
    refuse(f"“{former.name}”（{code}）已于{former.valid_to}终止，现为：{heirs}")


def _part(text: str) -> "Part":
    """CODE:NAME, or CODE:NAME:CHILD,CHILD; the colons may be Chinese ones."""
    from jishi.territory.rules.succession import Part

    code, colon, rest = text.replace("：", ":").partition(":")
    name, _, children = rest.partition(":")
    if not colon:
        refuse(f"“{text}”要写成“代码：名称”")
    codes = [child.strip() for child in children.replace("，", ",").split(",") if child.strip()]
    return Part(name.strip(), code.strip(), frozenset(_unit(child).id for child in codes))


def _say(done: "UnitsChanged", as_json: bool) -> None:
    if as_json:
        say_json(done)
    else:
        click.echo(str(done))
