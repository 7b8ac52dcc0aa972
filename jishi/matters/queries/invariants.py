"""What must hold for every matter, checked row by row: `jishi check` prints what it finds, which should be nothing."""

import datetime as dt
from collections.abc import Iterator
from itertools import groupby, islice

from django.db.models import Exists, F, OuterRef, Q

from jishi.audit.queries import facts_of
from jishi.kernel.replay import differences, fingerprint
from jishi.matters.models import Matter, Part, Pause, Step
from jishi.matters.rules.stages import LED_STAGES, Stage
from jishi.matters.rules.vocabulary import PartRole

BATCH = 2000


def broken_invariants(*, now: dt.datetime) -> Iterator[str]:
    """One sentence for each thing that is not as it must be."""
    yield from _without_owner_or_due()
    yield from _closed_without_proof()
    yield from _parts()
    yield from _pauses()
    yield from _forgotten_alarms(now)
    yield from _replayed()
    yield from _on_record()


def _without_owner_or_due() -> Iterator[str]:
    rows = Matter.objects.filter(closed_at__isnull=True).filter(
        Q(responsible__isnull=True) | Q(due_at__isnull=True) | Q(alarm_at__isnull=True)
    )
    for number in rows.values_list("number", flat=True).iterator():
        yield f"{number}：未结案却没有责任单位、期限或检查时间"


def _closed_without_proof() -> Iterator[str]:
    closed = Matter.objects.filter(stage__in=[Stage.CLOSED.value, Stage.FOLLOWED_UP.value])
    unproved = closed.filter(Q(verified_by__isnull=True) | Q(answered_at__isnull=True) | Q(verified_by=F("handled_by")))
    for number in unproved.values_list("number", flat=True).iterator():
        yield f"{number}：已结案却没有他人核实或没有答复"


def _parts() -> Iterator[str]:
    lead = Part.objects.filter(
        matter=OuterRef("pk"), organization=OuterRef("lead"), role=PartRole.LEAD.value, ended_at__isnull=True
    )
    led = Matter.objects.filter(stage__in=[stage.value for stage in LED_STAGES])
    for number in led.exclude(Exists(lead)).values_list("number", flat=True).iterator():
        yield f"{number}：主办单位与分工记录不一致"


def _pauses() -> Iterator[str]:
    running = Pause.objects.filter(matter=OuterRef("pk"), ended_at__isnull=True)
    for number in (
        Matter.objects.filter(paused_since__isnull=False)
        .exclude(Exists(running))
        .values_list("number", flat=True)
        .iterator()
    ):
        yield f"{number}：标为挂账却没有挂账记录"


def _forgotten_alarms(now: dt.datetime) -> Iterator[str]:
    """An alarm a day old means that no worker is running."""
    late = Matter.objects.filter(closed_at__isnull=True, alarm_at__lt=now - dt.timedelta(days=1)).count()
    if late:
        yield f"{late}件事项的期限检查已晚于一天：后台进程（jishi worker）可能没有运行"


def _replayed() -> Iterator[str]:
    """Replaying the history must give the present row."""
    steps = Step.objects.order_by("matter_id", "seq").values("matter_id", "seq", "target", "sets")
    histories = groupby(steps.iterator(chunk_size=BATCH), key=lambda step: step["matter_id"])
    rows = iter(Matter.objects.order_by("id").values().iterator(chunk_size=BATCH))
    row = next(rows, None)
    for matter_id, history in histories:
        while row is not None and row["id"] < matter_id:
            yield f"{row['number']}：没有历史记录"
            row = next(rows, None)
        lines = list(history)
        if row is None or row["id"] != matter_id:
            continue
        if [line["seq"] for line in lines] != list(range(1, row["version"] + 1)):
            yield f"{row['number']}：历史记录不连续"
        wrong = differences(row, lines)
        if wrong:
            yield f"{row['number']}：与历史记录重放结果不一致：{'、'.join(wrong)}"
        row = next(rows, None)
    while row is not None:
        yield f"{row['number']}：没有历史记录"
        row = next(rows, None)


def _on_record() -> Iterator[str]:
    """Every history line must say what its audit line proves it said when it was written."""
    rows = Step.objects.order_by("id").values(
        "matter_id", "matter__number", "seq", "name", "source", "target", "note", "facts", "sets"
    )
    steps = rows.iterator(chunk_size=BATCH)
    while batch := list(islice(steps, BATCH)):
        proved = facts_of({f"matter:{row['matter_id']}" for row in batch})
        for row in batch:
            facts = proved.get((f"matter:{row['matter_id']}", row["seq"]))
            if facts is None:
                yield f"{row['matter__number']}：第{row['seq']}条历史没有审计记录"
            elif facts.get("content") != fingerprint(row):
                yield f"{row['matter__number']}：第{row['seq']}条历史与审计记录不符"
