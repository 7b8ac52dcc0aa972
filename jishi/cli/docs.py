"""`jishi docs`: write the pages of the reference that are drawn from the code."""

from pathlib import Path

import click

from jishi.cli.ground import start


@click.command()
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/reference"),
    show_default=True,
    help="写入的文件夹。",
)
def command(into: Path) -> None:
    """由代码生成参考文档。"""
    start()
    from jishi.cli import reference

    into.mkdir(parents=True, exist_ok=True)
    for name, page in reference.PAGES.items():
        (into / name).write_text(page(), encoding="utf-8")
        click.echo(str(into / name))
