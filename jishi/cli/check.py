"""`jishi check`: prove what must always hold, and list what does not."""

from collections.abc import Callable, Iterable

import click

from jishi.cli.ground import Bars, say_json, start


def checks(noted: tuple[str, ...], bars: Bars) -> dict[str, Callable[[], Iterable[str]]]:
    """Every check by name; each gives one sentence a finding, and none if all is well."""
    from django.utils import timezone

    from jishi.audit import queries as audit
    from jishi.matters.queries import invariants
    from jishi.orders.queries import invariants as order_invariants

    def chains() -> Iterable[str]:
        total, done = audit.size(), 0

        def more(count: int) -> None:
            nonlocal done
            done += count
            bars("审计链", done, total)

        return [f"{broken.where}：{broken.says}" for broken in audit.verify(noted=noted, each=more).breaks]

    return {
        "审计链": chains,
        "事项": lambda: invariants.broken_invariants(now=timezone.now()),
        "点单": lambda: order_invariants.broken_invariants(now=timezone.now()),
    }


@click.command()
@click.option("--noted", multiple=True, metavar="SEAL", help="曾记下的封印，须仍在记录中。可多次给出。")
@click.option("--json", "as_json", is_flag=True, help="每项检查输出一行 JSON。")
@click.pass_context
def command(ctx: click.Context, noted: tuple[str, ...], as_json: bool) -> None:
    """检查审计链和各项不变量。发现问题时退出状态为 1。"""
    start()
    from jishi.audit import queries as audit

    found = 0
    with Bars() as bars:
        for name, check in checks(noted, bars).items():
            findings = list(check())
            found += len(findings)
            bars.close()
            if as_json:
                say_json({"check": name, "findings": findings})
                continue
            click.echo(f"{name}：{'正常' if not findings else f'发现 {len(findings)} 处问题'}")
            for finding in findings:
                click.echo(f"  {finding}")
    seal = audit.last_seal()
    if seal is not None and not as_json:
        click.echo(f"最新封印 {seal.digest}（抄录后可用 --noted 核对）")
    if found:
        ctx.exit(1)
