"""`jishi demo`: a county of invented people and matters to try everything with."""

import click

from jishi.cli.ground import Bars, refuse, start


@click.command()
@click.option("--seed", default=20261122, show_default=True, help="随机种子：同一种子、同一时刻得到同样的数据。")
@click.option("--small", is_flag=True, help="约1200件事项，一分钟左右；不写时约8000件。")
@click.option("--if-empty", is_flag=True, help="库中已有人员时不再建立。")
def command(seed: int, small: bool, if_empty: bool) -> None:
    """建立演示数据：石峰区的真实区划，虚构的人员与事项，页面一律标注“演示数据”。

    整个过程是一个事务，中断后重新执行即可，不会留下一半的数据。
    """
    start()
    from django.utils import timezone

    from jishi.accounts.queries import anybody
    from jishi.demo import build

    if not anybody():
        with Bars() as bars:
            built = build.build(seed=seed, small=small, now=timezone.now(), progress=bars)
        show_built(built)
    elif not if_empty:
        refuse("数据库中已有人员，演示数据只能建在空库里")
    show_logins()


def show_built(built: object) -> None:
    """What the source says beside what was built, and a receipt to follow as a resident."""
    from jishi.demo.build import Built

    assert isinstance(built, Built)
    click.echo("原文数字与演示数据：")
    for figure in built.figures:
        mark = "一致" if figure.same else "不一致"
        click.echo(f"  [{figure.clause}] {figure.what}：原文 {figure.seed}，生成 {figure.built}，{mark}")
    click.echo(f"  另有人员 {built.people} 名、事项 {built.matters} 件，均为虚构。")
    number, code = built.receipt
    click.echo(f"居民查询进度不用登录：受理编号 {number}，评价码 {code}")


def show_logins() -> None:
    """One login for every kind of desk, where the place in force is a demo; a real place has none to show."""
    from jishi.territory.queries import place

    content = place().content
    if not content.get("demo"):
        return
    click.echo(f"演示数据的登录名（密码都是 {content['demo_password']}）：")
    for login in content["demo_logins"]:
        click.echo(f"  {login['username']:<10} {login['name']}：{login['does']}")
