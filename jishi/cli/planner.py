"""`jishi grids standing` and `jishi grids propose`: the grids of a place against the standard, plans for them."""

from typing import TYPE_CHECKING, Any

import click

from jishi.cli.ground import refuse, say_json, start
from jishi.cli.matters import registrar

if TYPE_CHECKING:
    from jishi.accounts.rules.viewer import Viewer
    from jishi.flows.grid_standing import CommunityStanding
    from jishi.planning.rules.standard import Standard

MODES = ("rebalance", "draw", "keep")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="结果输出为一个 JSON。")
def standing(as_json: bool) -> None:
    """各社区（村）的网格对照标准：符合、已批准例外、方案待定、待处理、未登记住户各多少。"""
    start()
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.flows import grid_standing
    from jishi.planning.rules.standing import Verdict

    found = grid_standing.standing(grid_standing.communities_of(SYSTEM))
    if as_json:
        say_json([_as_row(one) for one in found])
        return
    lived_in = [one for one in found if one.households]
    for one in lived_in:
        told = [f"{verdict.label}{count}" for verdict in Verdict if (count := one.count(verdict))]
        if one.elsewhere:
            told.append(f"未落到网格{one.elsewhere}户")
        click.echo(
            f"{one.community.code}  {one.community.name}  {one.households:>6} 户  {'，'.join(told) or '没有网格'}"
        )
    if len(found) > len(lived_in):
        click.echo(f"另有{len(found) - len(lived_in)}个社区（村）未登记住户")
    click.echo(f"标准：每格{grid_standing.standard()}")


def _as_row(one: "CommunityStanding") -> dict[str, Any]:
    from jishi.planning.rules.standing import Verdict

    return {
        "code": one.community.code,
        "name": one.community.name,
        "households": one.households,
        "people": one.people,
        "elsewhere": one.elsewhere,
        "plan": one.plan.id if one.plan is not None else None,
        **{verdict.value: one.count(verdict) for verdict in Verdict},
    }


@click.command()
@click.argument("code", required=False)
@click.option("--all", "everywhere", is_flag=True, help="为全部有待处理网格、又没有方案的社区（村）提出。")
@click.option("--mode", type=click.Choice(MODES), help="在现有网格上调整、重新划分、维持现状；默认在现有网格上调整。")
@click.option("--households", type=int, help="每格户数；不写时按地方模板。")
@click.option("--people", type=int, help="每格人数；不写时按地方模板。")
@click.option("--tolerance", type=int, help="容许偏差，百分之几；不写时按地方模板。")
@click.option("--by", metavar="USERNAME", help="以谁的名义提出；此人不能批准这份方案。")
def propose(code: str | None, everywhere: bool, by: str | None, mode: str | None, **given: int | None) -> None:
    """为一个社区（村，按区划代码）或全部待处理的社区提出网格方案，由后台程序计算，在网页上调整和批准。"""
    start()
    from django.utils import timezone

    from jishi.flows.grid_asking import ask_where_off
    from jishi.planning import actions
    from jishi.planning.rules.vocabulary import Mode
    from jishi.territory.queries import by_code

    now, viewer = timezone.now(), _who(by)
    if everywhere == bool(code):
        refuse("请写一个社区的区划代码，或写 --all")
    if code is None:
        if mode or any(number is not None for number in given.values()):
            refuse("--all 一律按地方模板的标准在现有网格上调整，不能另写方式和标准")
        click.echo(str(ask_where_off(by=viewer, now=now)))
        return
    community = by_code(code)
    if community is None:
        refuse(f"没有代码为 {code} 的社区")
    row = actions.ask(
        community_id=community.id,
        mode=Mode(mode or Mode.REBALANCE),
        standard=_standard(**given),
        by=viewer,
        now=now,
    )
    click.echo(
        f"已提出方案 {row.id}：{community.name}，{row.mode.label}，每格{row.standard}。后台程序算好后见网页“网格划分”。"
    )


def _who(username: str | None) -> "Viewer":
    from jishi.accounts.rules.viewer import SYSTEM

    if username is None:
        return SYSTEM
    viewer = registrar(username)
    if viewer is None:
        refuse(f"没有在岗人员“{username}”")
    return viewer


def _standard(households: int | None, people: int | None, tolerance: int | None) -> "Standard":
    from jishi.flows.grid_standing import standard
    from jishi.planning.rules.standard import Standard

    usual = standard()
    return Standard(
        usual.households if households is None else households,
        usual.people if people is None else people,
        usual.tolerance if tolerance is None else tolerance,
    )
