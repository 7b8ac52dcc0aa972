"""`jishi worker`: deadlines, escalation and the outbox."""

import os
import socket
import threading

import click

from jishi.cli.ground import end_with_parent, start


@click.command()
@click.option("--once", is_flag=True, help="处理完现有工作即退出。")
@click.option("--with-parent", is_flag=True, hidden=True)
def command(once: bool, with_parent: bool) -> None:
    """运行后台程序：到期检查、逾期升级、发送通知。可同时运行多个。"""
    start()
    from jishi.flows import rounds, worker

    stop = threading.Event()
    worker.stop_on_signals(stop)
    if with_parent:
        end_with_parent()
    worker.run(
        worker=f"{socket.gethostname()}:{os.getpid()}"[:80],
        stop=stop,
        once=once,
        handlers=rounds.HANDLERS,
        sweeps=rounds.SWEEPS,
    )
