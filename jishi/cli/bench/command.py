"""`jishi bench`: every figure we claim, measured here and now beside its floor."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import click

from jishi.cli.bench import addresses, districting, imports, intake, machine, parts, reliability, tiles, worklist
from jishi.cli.bench.figures import Note, Outcome, markdown, sentence
from jishi.cli.ground import refuse, say_json

SEED = 20261122


class Suite(Protocol):
    def __call__(self, *, quick: bool, seed: int) -> Iterator[Outcome]: ...


# name -> what it does, what it measures
SUITES: dict[str, tuple[Suite, str]] = {
    "intake": (intake.measure, "登记与全流程：每秒件数、延迟、内存（sqlite c8，postgresql c8、c32）"),
    "worklist": (worklist.measure, "调度清单：JSON 与网页，20万件与200万件（postgresql、sqlite）"),
    "addresses": (addresses.measure, "地址查找：100万条地址中按名称、俗称、首字母、门牌号查找（sqlite、postgresql）"),
    "tiles": (tiles.measure, "地图瓦片：20万部件、5万楼栋、20万在办事项上逐块取图（sqlite、postgresql）"),
    "districting": (districting.measure, "网格划分：5千至30万个单元，与 METIS、GerryChain、spopt 同测；人口变化后调整"),
    "import": (imports.measure, "名册导入：30列的 CSV（postgresql、sqlite）和 XLSX，与直接 COPY 同样的行相比"),
    "parts": (parts.measure, "部件导入：20万个部件，其中未知小类逐行拒收（postgresql、sqlite）"),
    "reliability": (reliability.measure, "持续登记中强行中断网站、数据库连接、后台程序：有无丢失和重复"),
}
HEAD = """# Benchmarks

Written by `jishi bench all --write docs/benchmarks.md`. Each suite makes its own database, starts the web server as
`jishi serve` does (2 processes × 4 threads), sends it requests over kept connections from one more process, and removes
everything afterwards. The floor of a figure is what the bare database does with the same rows in the same run, in turns
with ours; ratio is ours ÷ floor. Nothing here is compared with a wish: read the figures, and the load the machine had.

- **register**: POST /api/v1/matters with everything real: validation, number, grid, due times, history, hash-chained
  audit, outbox, idempotency key, one durable transaction. **lifecycle**: a matter registered, dispatched, signed for,
  handled, verified, answered and closed by the people whose steps they are; six requests. `c8`, `c32`: connections.
- **json**, **html**: the first 50 of a list narrowed to a town or community, a lane and a due time, over the API and as
  the dispatcher's page with its figures. **queries**: the most statements any of the pages sent.
- **tile_p95_ms** and its kin: one reader takes one tile of the map after the other, 3 × 3 tiles a screen, zooms 10 to
  18 in turn, as a dispatcher of the whole county; the counts a process keeps of far zooms are made within the run.
- **rows_per_s** (import): rows of a file of 30 columns read, checked, compared with the register and written as people,
  households, homes and their links, in a process of its own. Its first floor writes the very same rows again, its
  second one only stores the file in a table of text.
- **rows_per_s** (parts): components read, checked (code, sub-class, ground, duplicates, bodies) and written in batches,
  in a process of its own; the suite fails if a row of an unknown sub-class comes in or any other stays out.
- **cpu_ms**: processor time of web and database processes together for one request (six for a lifecycle); it says what
  a request costs also on a machine where other programs run.
- **acknowledged, lost, doubled**: 1,000 registrations while processes are killed; `check_findings` is what
  `jishi check` finds afterwards.

"""


@click.command()
@click.argument("suite", required=False, type=click.Choice([*SUITES, "all"]))
@click.option("--list", "listing", is_flag=True, help="列出各套测速及其内容。")
@click.option("--quick", is_flag=True, help="每套50秒内测完，数字较粗。")
@click.option("--json", "as_json", is_flag=True, help="每个数字输出一行 JSON。")
@click.option("--seed", default=SEED, show_default=True, help="随机种子。")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="另将结果表写入此文件。")
def command(suite: str | None, listing: bool, quick: bool, as_json: bool, seed: int, write: Path | None) -> None:
    """测速：在本机临时建库、启动网站、施加负载，结束后全部清除。SUITE 见 --list。"""
    if listing:
        _list(as_json)
        return
    if suite is None:
        refuse("请写明测哪一套，或用 --list 查看")
    say: Callable[[Outcome], None] = _say_json if as_json else _say
    names = list(SUITES) if suite == "all" else [suite]
    outcomes: list[Outcome] = []
    for outcome in _run(names, quick, seed):
        outcomes.append(outcome)
        say(outcome)
    if write is not None:
        write.write_text(HEAD + markdown(outcomes), encoding="utf-8")


def _list(as_json: bool) -> None:
    for name, (_, about) in SUITES.items():
        if as_json:
            say_json({"suite": name, "about": about})
        else:
            click.echo(f"{name:<12}{about}")


def _run(names: list[str], quick: bool, seed: int) -> Iterator[Outcome]:
    for name in names:
        yield Note(name, "machine", machine.line())
        yield Note(name, "seed", str(seed) + (", quick" if quick else ""))
        yield from SUITES[name][0](quick=quick, seed=seed)


def _say_json(outcome: Outcome) -> None:
    """Figures and skipped cases on standard output; what is for people goes to standard error."""
    if isinstance(outcome, Note):
        click.echo(sentence(outcome), err=True)
    else:
        say_json(outcome.line())


def _say(outcome: Outcome) -> None:
    click.echo(sentence(outcome))
