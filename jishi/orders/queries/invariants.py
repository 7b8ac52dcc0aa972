"""What must hold for every order, checked row by row: `jishi check` prints what it finds, which should be nothing."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from itertools import groupby, islice

from django.db.models import Count, F

from jishi.audit.queries import facts_of
from jishi.kernel.replay import differences, fingerprint
from jishi.orders.models import OfferDay, Order, Rating, ServiceOffer, Step
from jishi.orders.rules.stages import OPEN, WITH_UNIT, WORKING, Stage

BATCH = 2000
KEEPS_DAY = [stage.value for stage in (*sorted(WORKING), Stage.SERVED, Stage.RATED)]


def broken_invariants(*, now: dt.datetime) -> Iterator[str]:
    """One sentence for each thing that is not as it must be."""
    yield from _hands()
    yield from _places()
    yield from _days()
    yield from _ratings()
    yield from _forgotten(now)
    yield from _replayed()
    yield from _on_record()


def _hands() -> Iterator[str]:
    open_ones = Order.objects.filter(stage__in=[stage.value for stage in OPEN])
    for number in open_ones.filter(holder__isnull=True).values_list("number", flat=True):
        yield f"{number}：未结束却不在任何单位手里"
    lying = Order.objects.filter(stage__in=[stage.value for stage in WITH_UNIT])
    for number in lying.exclude(holder=F("taker")).values_list("number", flat=True):
        yield f"{number}：派给的单位与所在的单位不一致"


def _places() -> Iterator[str]:
    working = Order.objects.filter(stage__in=[stage.value for stage in WORKING])
    counted = dict(working.order_by().values_list("taker_offer").annotate(Count("id")))
    for offer_id, name, taken, most in ServiceOffer.objects.values_list("id", "name", "taken", "at_once"):
        if taken != counted.get(offer_id, 0):
            yield f"服务{offer_id}“{name}”：记着在办{taken}单，实际{counted.get(offer_id, 0)}单"
        if taken > most:
            yield f"服务{offer_id}“{name}”：在办{taken}单，超过上限{most}单"


def _days() -> Iterator[str]:
    kept = Order.objects.filter(stage__in=KEEPS_DAY).order_by()
    counted = Counter(kept.values_list("taker_offer", "wished_on"))
    for offer_id, day, taken in OfferDay.objects.values_list("offer", "day", "taken"):
        if taken != counted.pop((offer_id, day), 0):
            yield f"服务{offer_id}：{day}记着接了{taken}单，与实际不符"
    for offer_id, day in counted:
        yield f"服务{offer_id}：{day}接的单没有记数"


def _ratings() -> Iterator[str]:
    rated = Order.objects.filter(stage=Stage.RATED.value)
    for number in rated.filter(rating__isnull=True).values_list("number", flat=True):
        yield f"{number}：已评单却没有评价"
    for number in Rating.objects.exclude(order__stage=Stage.RATED.value).values_list("order__number", flat=True):
        yield f"{number}：有评价却不是已评单"


def _forgotten(now: dt.datetime) -> Iterator[str]:
    """An order a day past the time to accept it means that no worker is running."""
    late = Order.objects.filter(stage=Stage.OFFERED.value, due_at__lt=now - dt.timedelta(days=1)).count()
    if late:
        yield f"{late}张单超时未接却没有退回社区：后台进程(jishi worker)可能没有运行"


def _replayed() -> Iterator[str]:
    """Replaying the history must give the present row."""
    lines = Step.objects.order_by("order_id", "seq").values("order_id", "seq", "target", "sets")
    histories = groupby(lines.iterator(chunk_size=BATCH), key=lambda line: line["order_id"])
    rows = Order.objects.order_by("id").values().iterator(chunk_size=BATCH)
    told = next(histories, None)
    for row in rows:
        if told is None or told[0] != row["id"]:
            yield f"{row['number']}：没有历史记录"
            continue
        history = list(told[1])
        told = next(histories, None)
        if [line["seq"] for line in history] != list(range(1, row["version"] + 1)):
            yield f"{row['number']}：历史记录不连续"
        wrong = differences(row, history)
        if wrong:
            yield f"{row['number']}：与历史记录重放结果不一致：{'、'.join(wrong)}"


def _on_record() -> Iterator[str]:
    """Every history line must say what its audit line proves it said when it was written."""
    fields = ("order_id", "order__number", "seq", "name", "source", "target", "note", "facts", "sets")
    lines = Step.objects.order_by("id").values(*fields).iterator(chunk_size=BATCH)
    while batch := list(islice(lines, BATCH)):
        proved = facts_of({f"order:{line['order_id']}" for line in batch})
        for line in batch:
            facts = proved.get((f"order:{line['order_id']}", line["seq"]))
            if facts is None:
                yield f"{line['order__number']}：第{line['seq']}条历史没有审计记录"
            elif facts.get("content") != fingerprint(line):
                yield f"{line['order__number']}：第{line['seq']}条历史与审计记录不符"
