"""The command `jishi`: one module a command."""

import click

from jishi.cli.ground import Commands

MODULES = {
    "serve": "jishi.cli.serve",
    "worker": "jishi.cli.worker",
    "migrate": "jishi.cli.migrate",
    "place": "jishi.cli.place",
    "grids": "jishi.cli.grids",
    "demo": "jishi.cli.demo",
    "matters": "jishi.cli.matters",
    "addresses": "jishi.cli.addresses",
    "parts": "jishi.cli.parts",
    "registers": "jishi.cli.registers",
    "people": "jishi.cli.people",
    "token": "jishi.cli.token",
    "check": "jishi.cli.check",
    "bench": "jishi.cli.bench.command",
    "docs": "jishi.cli.docs",
}


@click.group(cls=Commands, modules=MODULES)
@click.version_option(package_name="jishi")
def main() -> None:
    """基石：县域基层治理一体化平台。"""


if __name__ == "__main__":
    main()
