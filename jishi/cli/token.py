"""`jishi token`: keys for programs."""

import datetime as dt

import click

from jishi.cli.ground import Commands, say_json, start


@click.group(cls=Commands)
def command() -> None:
    """程序接口的密钥。"""


@command.command()
@click.argument("username")
@click.option("--name", default="命令行签发", show_default=True, help="用途。")
@click.option("--days", default=365, show_default=True, type=click.IntRange(1, 3650), help="有效天数。")
@click.option("--json", "as_json", is_flag=True, help="结果输出为 JSON。")
def issue(username: str, name: str, days: int, as_json: bool) -> None:
    """以某人的名义签发密钥。密钥只显示这一次。"""
    start()
    from django.utils import timezone

    from jishi.accounts import actions, queries
    from jishi.accounts.rules.viewer import SYSTEM

    now = timezone.now()
    until = now + dt.timedelta(days=days)
    key = actions.issue_token(person_id=queries.person_id_of(username), name=name, by=SYSTEM, now=now, expires_at=until)
    if as_json:
        say_json({"token": key, "username": username, "expires_at": until.isoformat()})
    else:
        click.echo(key)
