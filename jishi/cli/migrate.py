"""`jishi migrate`: bring the database and the static files up to the program."""

from collections.abc import Iterator
from pathlib import Path

import click

from jishi.cli.ground import start
from jishi.kernel.canonical import canonical, digest

# The API's pages use Swagger; the other viewer that comes with the package would only take time and space.
UNUSED = ["redoc*"]


@click.command()
@click.option("--verbose", is_flag=True, help="逐条显示。")
def command(verbose: bool) -> None:
    """建立或升级数据库，整理静态文件。可重复执行。"""
    start()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=int(verbose))
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    sources = digest(canonical(sorted(_static_sources())))
    # Packing takes half a minute and is done again only when a source file has changed.
    if not stamp.exists() or stamp.read_text() != sources:
        call_command("collectstatic", interactive=False, verbosity=int(verbose), ignore_patterns=UNUSED)
        stamp.write_text(sources)


def _static_sources() -> Iterator[tuple[str, int, int]]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for name, storage in finder.list(UNUSED):
            path = Path(storage.path(name))
            about = path.stat()
            yield name, about.st_size, about.st_mtime_ns
