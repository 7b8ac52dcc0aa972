"""`jishi serve`: the web server and, beside it, the worker that keeps deadlines and sends notices."""

import socket
import subprocess
import sys
import threading
from importlib import import_module
from typing import Any

import click

from jishi.cli.ground import be_parent, end_with_parent, refuse


class Companion:
    """The worker as a child process: started again when it dies, stopped with the server."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.child = self._start()
        self.watch = threading.Thread(target=self._watch, daemon=True)
        self.watch.start()

    @staticmethod
    def _start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "jishi.cli.main", "worker", "--with-parent"])

    def _watch(self) -> None:
        while not self.stopping.is_set():
            self.child.wait()
            if not self.stopping.wait(1):
                click.echo("后台程序中断，正在重新启动", err=True)
                self.child = self._start()

    def stop(self) -> None:
        self.stopping.set()
        self.child.terminate()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()


def load_application(target: str) -> Any:
    """What a web process serves. Should the main process be killed, the port must not stay taken."""
    end_with_parent()
    module, name = target.split(":")
    return getattr(import_module(module), name)


def check_free(host: str, port: int) -> None:
    """End the program unless this address can be listened on."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        refuse(f"网站无法在 {host}:{port} 启动：{error.strerror}。端口可能已被占用，可用 --port 另选。")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="监听端口。")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="进程数。")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="每个进程的线程数。")
@click.option("--with-worker", is_flag=True, help="同时运行后台程序（期限、升级、通知）。")
def command(host: str, port: int, workers: int, threads: int, with_worker: bool) -> None:
    """启动网站。"""
    from granian import Granian
    from granian.constants import Interfaces

    check_free(host, port)
    be_parent()
    companion = Companion() if with_worker else None
    try:
        Granian(
            "jishi_site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=threads,
            respawn_failed_workers=True,
            websockets=False,
        ).serve(target_loader=load_application)
    finally:
        if companion is not None:
            companion.stop()
