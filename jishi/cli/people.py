"""`jishi people`: the first administrator of a deployment, and a way back in when all are locked out."""

import click

from jishi.cli.ground import Commands, start


@click.group(cls=Commands)
def command() -> None:
    """人员。"""


@command.command()
@click.argument("username")
@click.argument("name")
@click.password_option(prompt="密码", confirmation_prompt="再输一次")
def administrator(username: str, name: str, password: str) -> None:
    """新增一名系统管理员。须先装载地方模板。"""
    start()
    from django.db import transaction
    from django.utils import timezone

    from jishi.accounts import actions
    from jishi.accounts.rules.roles import Role
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.territory import queries as territory

    now = timezone.now()
    with transaction.atomic():
        county = territory.county()
        person_id = actions.add_person(username=username, name=name, password=password, by=SYSTEM, now=now)
        actions.open_posting(person_id=person_id, role=Role.ADMINISTRATOR, unit_id=county.id, by=SYSTEM, now=now)
    click.echo(f"已新增系统管理员 {name}（{username}）")


@command.command()
@click.argument("username")
@click.password_option(prompt="新密码", confirmation_prompt="再输一次")
def password(username: str, password: str) -> None:
    """重设一个人的密码，其所有登录随即失效。"""
    start()
    from django.utils import timezone

    from jishi.accounts import actions, queries
    from jishi.accounts.rules.viewer import SYSTEM

    person_id = queries.person_id_of(username)
    actions.set_password(person_id=person_id, password=password, by=SYSTEM, now=timezone.now())
    click.echo(f"已重设 {username} 的密码")
