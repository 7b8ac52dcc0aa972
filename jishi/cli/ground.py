"""What the commands stand on: Django when it is needed, errors as one sentence, progress bars."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Any, NoReturn, Self

import click
import orjson

from jishi.kernel.errors import DomainError

# A command tells how far it is: what it is doing, how much is done, how much there is (0 = not known).
Progress = Callable[[str, int, int], None]


def start() -> None:
    """Set Django up. Commands call it first of all, so that `jishi --help` does not wait for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi_site.settings")
    import django

    django.setup()


def say_json(value: Any) -> None:
    """One JSON value on one line of standard output, for programs."""
    click.echo(orjson.dumps(value, default=str).decode())


class Commands(click.Group):
    """Commands imported when they are named, whose refusals are a sentence instead of a traceback."""

    def __init__(self, *given: Any, modules: dict[str, str] | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self.modules = modules or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.modules, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in self.modules:
            return import_module(self.modules[name]).command
        return super().get_command(ctx, name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except DomainError as error:
            refuse(error.message)


def refuse(sentence: str) -> NoReturn:
    """End the program with this sentence on standard error and status 2."""
    click.echo(sentence, err=True)
    sys.exit(2)


STARTED_BY = "JISHI_STARTED_BY"


def be_parent() -> None:
    """Tell the processes this one will start who started them; it may be gone before they come to ask."""
    os.environ[STARTED_BY] = str(os.getpid())


def end_with_parent() -> None:
    """Ask this process to end, within a second or two, when the one that started it is gone, however it went."""
    parent = int(os.environ[STARTED_BY])

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


class Bars:
    """Progress bars on standard error, one for each part of the work; silent where nobody looks at them."""

    def __init__(self, shown: bool | None = None) -> None:
        self.shown = sys.stderr.isatty() if shown is None else shown
        self.bar: Any = None
        self.what = ""

    def __enter__(self) -> Self:
        return self

    def __call__(self, what: str, done: int, total: int = 0) -> None:
        if not self.shown:
            return
        if self.bar is None or what != self.what:
            from tqdm import tqdm

            self.close()
            self.bar, self.what = tqdm(desc=what, total=total or None, file=sys.stderr), what
        self.bar.total = total or None
        self.bar.update(done - self.bar.n)

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
