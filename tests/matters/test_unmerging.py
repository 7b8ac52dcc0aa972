"""撤销并案: what was merged by mistake is a matter of its own again, while the main one is open."""

import threading

import pytest
from django.db import close_old_connections, connection

from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from jishi.matters.models import Matter, Step
from jishi.matters.queries.audience import told
from jishi.matters.queries.detail import detail
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.queries.receipt import receipt
from jishi.matters.rules.vocabulary import Channel
from tests.cast import NOW
from tests.matters.town import REPLY, begin, forget, lay_down

WRONG = {"note": "现场核实不是同一盏灯"}


def merged(town, stage: str = "", **more):
    """A matter brought to ``stage`` and merged into another; both."""
    main, twin = begin(town), begin(town, **more)
    if stage:
        twin.to(stage)
    twin.take("merge", "wang", into=main.receipt.number)
    return main, twin


def progress(way):
    return receipt(way.receipt.number, now=way.now, reopen_days=15)


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["", "dispatched", "handling", "verifying", "verified"])
@pytest.mark.capability("C42", "K22-I5")
def test_the_matter_is_to_be_dispatched_again_whatever_it_was_before(town, stage):
    main, twin = merged(town, stage)
    before = twin.row
    twin.wait(hours=2).take("unmerge", "wang", **WRONG)
    row = twin.row
    assert (row.stage, row.merged_into, row.closed_at, row.lead) == ("registered", None, None, None)
    assert (row.handled_by, row.verified_by, row.reply_kind) == (None, None, None)
    assert row.responsible in {town.centre, town.town_centre}
    assert (row.clock_started_at, row.due_at) == (before.clock_started_at, before.due_at)
    assert (row.stage_since, row.version) == (twin.now, before.version + 1)
    assert row.stage_due_at > twin.now
    line = Step.objects.filter(matter=row).latest("seq")
    assert (line.name, line.note, line.facts) == ("unmerge", WRONG["note"], {"out_of": main.receipt.number})
    assert list(broken_invariants(now=twin.now)) == []


@pytest.mark.django_db
@pytest.mark.capability("C42", "K23-I4")
def test_time_granted_before_the_merger_is_kept(town):
    main = begin(town)
    twin = begin(town).to("accepted")
    twin.take("pause", "wang", reason="season", note="等天晴", until=twin.now.replace(day=25))
    twin.wait(days=2).take("merge", "wang", into=main.receipt.number)
    twin.wait(days=1).take("unmerge", "wang", **WRONG)
    assert twin.row.due_at > main.row.due_at  # the two days that did not count; the day in the merger did
    assert (twin.row.paused_since, twin.row.adjustments) == (None, 1)
    assert [line for line in broken_invariants(now=twin.now) if "后台进程" not in line] == []


@pytest.mark.django_db
@pytest.mark.capability("C42", "C41")
def test_each_reporter_follows_their_own_matter_again(town):
    main, twin = merged(town)
    assert progress(twin).merged
    twin.take("unmerge", "wang", **WRONG)
    main.to("closed")
    shown = progress(twin)
    assert not shown.merged
    assert shown.stage == "registered"
    assert [line["label"] for line in shown.lines] == ["登记", "并案", "撤销并案，恢复单独办理"]
    assert WRONG["note"] not in repr(shown)
    twin.to("closed").take("rate", None, solved=True, satisfied=5)
    assert twin.row.stage == "followed_up"


@pytest.mark.django_db
@pytest.mark.capability("C42")
def test_after_the_main_matter_is_closed_everybody_was_answered_and_it_stays_so(town):
    main, twin = merged(town)
    main.to("closed")
    with pytest.raises(Conflict, match="主事项已经结案"):
        twin.take("unmerge", "wang", **WRONG)
    assert "unmerge" not in [step.name for step in detail(town.wang, twin.receipt.number).steps]
    main.take("reopen", "wang", note="又不亮了")
    twin.take("unmerge", "wang", **WRONG)


@pytest.mark.django_db
@pytest.mark.capability("C42")
def test_in_a_chain_the_end_decides_and_the_others_stay_where_they_are(town):
    first, second, main = begin(town), begin(town), begin(town)
    first.take("merge", "wang", into=second.receipt.number)
    second.take("merge", "wang", into=main.receipt.number)
    assert detail(town.wang, first.receipt.number).facts.merged_into == second.receipt.number
    second.take("unmerge", "wang", **WRONG)
    assert first.row.merged_into == second.row
    main.to("closed")
    assert progress(first).stage == "registered"
    first.take("unmerge", "wang", **WRONG)
    first.take("merge", "wang", into=second.receipt.number)
    second.to("closed")
    with pytest.raises(Conflict):
        first.take("unmerge", "wang", **WRONG)


@pytest.mark.django_db
@pytest.mark.capability("C42", "C92")
def test_only_a_dispatcher_of_the_place_undoes_it_and_says_why(town):
    _, twin = merged(town)
    with pytest.raises(Invalid) as refusal:
        twin.take("unmerge", "wang")
    assert refusal.value.field == "note"
    for who in ("li", "zhou", "zhang"):
        with pytest.raises(Forbidden):
            twin.take("unmerge", who, **WRONG)
    with pytest.raises(Conflict):
        begin(town).take("unmerge", "wang", **WRONG)
    twin.take("unmerge", "qian", **WRONG)


@pytest.mark.django_db
def test_whoever_registered_it_hears_no_more_of_the_main_matter(town):
    main, twin = merged(town, by=town.li, channel=Channel.GRID)
    last = Step.objects.filter(matter=main.row).latest("seq")
    assert town.li.person_id in told(main.row.pk, last.seq).registrar_ids
    twin.take("unmerge", "wang", **WRONG)
    assert town.li.person_id not in told(main.row.pk, last.seq).registrar_ids


@pytest.mark.django_db(transaction=True)
@pytest.mark.capability("C42", "C37")
def test_of_undoing_a_merger_and_closing_the_main_matter_at_once_one_order_holds(cast):
    lay_down(cast)
    town = cast
    main = begin(town).to("verified")
    twin = begin(town)
    twin.take("merge", "wang", into=main.receipt.number)
    gate, refused = threading.Barrier(2), []

    def run(step) -> None:
        close_old_connections()
        try:
            gate.wait(timeout=20)
            step()
        except DomainError as error:
            refused.append(error)
        finally:
            connection.close()

    steps = [lambda: twin.take("unmerge", "wang", **WRONG), lambda: main.take("close", "wang", **REPLY)]
    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert main.row.stage == "closed"
    assert [type(error) for error in refused] in ([], [Conflict])
    if refused:
        assert twin.row.stage == "merged"
    else:
        undone = Step.objects.get(matter=twin.row, name="unmerge")
        closed = Step.objects.get(matter=main.row, name="close")
        assert (undone.target, closed.target) == ("registered", "closed")
        assert undone.pk < closed.pk
    assert list(broken_invariants(now=NOW)) == []
    assert Matter.objects.filter(merged_into__isnull=True).count() == 2 - len(refused)
    forget()
