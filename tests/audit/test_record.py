"""The record in the database: what is written is whole, and whatever is done to it afterwards is found."""

import datetime as dt
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction

from jishi.audit import actions, queries
from jishi.audit.actions import record, seal
from jishi.audit.queries import AuditFilter, entries, verify
from jishi.audit.rules import Fault
from tests.erasing import RECORD, statements

NOON = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)

Attack = Callable[..., None]


def write(stream: str = "matter:1", action: str = "dispatch", minute: int = 0, **more: object) -> None:
    values = {
        "actor_id": 7,
        "actor": "小王",
        "subject": stream,
        "facts": {"to": "石峰区城管局", "minute": minute},
        "at": NOON + dt.timedelta(minutes=minute),
    } | more
    with transaction.atomic():
        record(stream=stream, action=action, **values)


def write_a_day() -> None:
    for minute in range(4):
        write("matter:1", minute=minute)
        write("person:3", minute=minute)
    write("matter:2", first=True)


def found() -> set[Fault]:
    return {each.fault for each in verify().breaks}


@pytest.mark.capability("C93", "K22-I5")
@pytest.mark.django_db
def test_a_day_of_changes_is_whole_before_and_after_sealing():
    write_a_day()
    before = verify()
    assert (before.entries, before.seals, before.unsealed, before.intact) == (9, 0, 9, True)
    assert seal(now=NOON) == 9
    assert seal(now=NOON) == 0
    write("matter:2", minute=5)
    after = verify()
    assert (after.entries, after.seals, after.unsealed, after.intact) == (10, 1, 1, True)


@pytest.mark.django_db
def test_the_first_entry_of_a_new_chain_costs_one_query(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        record(stream="a", actor_id=None, actor="", action="b", subject="c", facts={}, at=NOON, first=True)
    with transaction.atomic(), django_assert_num_queries(2):
        record(stream="a", actor_id=None, actor="", action="b", subject="c", facts={}, at=NOON)


@pytest.mark.django_db
def test_a_chain_wrongly_called_new_is_continued_all_the_same():
    write(first=True)
    write(first=True)
    assert verify().intact
    assert [line.seq for line in entries(AuditFilter(stream="matter:1")).entries] == [2, 1]


@pytest.mark.django_db
def test_names_longer_than_the_column_are_cut_before_they_are_hashed():
    write(actor="王" * 500, subject="事" * 500)
    assert verify().intact
    assert entries(AuditFilter()).entries[0].actor == "王" * 120


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_of_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match="transaction"):
        record(stream="a", actor_id=None, actor="", action="b", subject="c", facts={}, at=NOON)


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_leaves_no_entry():
    with suppress(ZeroDivisionError), transaction.atomic():
        write()
        _ = 1 / 0
    assert queries.size() == 0


@pytest.mark.capability("C93")
@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize("sql", ["UPDATE {} SET at = '2020-01-01 00:00:00'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_or_remove(table, sql):
    write()
    seal(now=NOON)
    with (
        pytest.raises(IntegrityError, match="only grows"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))
    assert verify().intact


ONE_ROW = {
    "at": "2020-01-01 00:00:00+00:00",
    "actor_id": 8,
    "actor": "别人",
    "action": "close",
    "subject": "matter:9",
    "facts": "{}",
    "previous": "0" * 64,
    "digest": "0" * 64,
    "stream": "matter:77",
}


@pytest.mark.capability("C93")
@pytest.mark.django_db
@pytest.mark.parametrize("column", ONE_ROW)
@pytest.mark.parametrize("seq", [1, 2, 4])
@pytest.mark.parametrize("sealed", [True, False])
def test_one_altered_row_is_found(attack: Attack, column, seq, sealed):
    write_a_day()
    if sealed:
        seal(now=NOON)
    where = "WHERE stream = 'matter:1' AND seq = %s"
    attack(f"UPDATE audit_entry SET {column} = %s {where}", ONE_ROW[column], seq)
    assert not verify().intact


@pytest.mark.capability("C93")
@pytest.mark.django_db
@pytest.mark.parametrize("seq", [1, 2, 3, 4])
def test_one_removed_row_is_found(attack: Attack, seq):
    write_a_day()
    seal(now=NOON)
    attack("DELETE FROM audit_entry WHERE stream = 'matter:1' AND seq = %s", seq)
    report = verify()
    assert Fault.MISSING in {each.fault for each in report.breaks}
    if seq < 4:  # not only the seal knows, also the chain, and it says which
        assert any(each.where == f"matter:1 #{seq + 1}" for each in report.breaks)


@pytest.mark.capability("C93")
@pytest.mark.django_db
def test_two_rows_that_changed_places_are_found(attack: Attack):
    write_a_day()
    attack("UPDATE audit_entry SET seq = 99 WHERE stream = 'matter:1' AND seq = 2")
    attack("UPDATE audit_entry SET seq = 2 WHERE stream = 'matter:1' AND seq = 3")
    attack("UPDATE audit_entry SET seq = 3 WHERE stream = 'matter:1' AND seq = 99")
    assert Fault.ALTERED in found()


@pytest.mark.capability("C93")
@pytest.mark.django_db
def test_a_chain_cut_off_at_its_end_is_found_once_it_was_sealed(attack: Attack):
    write_a_day()
    seal(now=NOON)
    attack("DELETE FROM audit_entry WHERE stream = 'matter:1' AND seq > 2")
    assert found() == {Fault.MISSING}


@pytest.mark.django_db
def test_a_chain_removed_altogether_is_found_once_it_was_sealed(attack: Attack):
    write_a_day()
    seal(now=NOON)
    attack("DELETE FROM audit_entry WHERE stream = 'matter:2'")
    assert found() == {Fault.MISSING}


@pytest.mark.django_db
def test_a_seal_altered_or_removed_is_found(attack: Attack):
    for minute in range(3):
        write(minute=minute)
        seal(now=NOON + dt.timedelta(minutes=minute))
    assert verify().seals == 3
    attack("DELETE FROM audit_seal WHERE last_entry = (SELECT id FROM audit_entry WHERE seq = 2)")
    assert Fault.SEAL_UNLINKED in found()


@pytest.mark.django_db
def test_a_record_rewritten_together_with_its_seals_lacks_the_seal_that_was_noted(attack: Attack):
    write_a_day()
    seal(now=NOON)
    noted = queries.last_seal()
    assert noted is not None
    assert verify(noted=[noted.digest]).intact
    attack("DELETE FROM audit_entry")
    attack("DELETE FROM audit_seal")
    write("matter:1", action="close")
    seal(now=NOON)
    assert verify().intact
    assert [each.fault for each in verify(noted=[noted.digest]).breaks] == [Fault.SEAL_GONE]


@pytest.mark.django_db
def test_a_long_record_gets_several_seals_and_tells_its_progress(monkeypatch):
    monkeypatch.setattr(actions, "_UNDER_ONE_SEAL", 3)
    monkeypatch.setattr(queries, "_BATCH", 4)
    write_a_day()
    assert seal(now=NOON) == 9
    told: list[int] = []
    report = verify(each=told.append)
    assert (report.seals, report.intact) == (3, True)
    assert told == [4, 4, 1]


@pytest.mark.capability("C93")
@pytest.mark.django_db
def test_the_auditor_finds_entries_page_by_page():
    write_a_day()
    first = entries(AuditFilter(stream="person:3"), limit=3)
    assert [line.seq for line in first.entries] == [4, 3, 2]
    rest = entries(AuditFilter(stream="person:3"), before=first.before, limit=3)
    assert [line.seq for line in rest.entries] == [1]
    assert rest.before is None
    assert entries(AuditFilter(actor_id=8)).entries == ()
    assert len(entries(AuditFilter(action="dispatch", subjects=("matter:1",), actor_id=7)).entries) == 4
    early = AuditFilter(since=NOON + dt.timedelta(minutes=1), until=NOON + dt.timedelta(minutes=2))
    assert len(entries(early).entries) == 2


@pytest.mark.django_db(transaction=True)
def test_writers_of_one_chain_follow_each_other():
    """Eight threads, one chain: no fork, no loss, whichever database."""
    failures: list[BaseException] = []

    def one_writer() -> None:
        try:
            for minute in range(5):
                write("person:3", minute=minute)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=one_writer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    report = verify()
    assert (report.entries, report.intact) == (40, True)


@pytest.mark.django_db(transaction=True)
def test_sealing_among_busy_writers_misses_nobody():
    """Ids are given before the commit; a seal must not pass over an entry that is still on its way."""
    done = threading.Event()
    failures: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    def busy(number: int) -> None:
        for minute in range(15):
            write(f"matter:{number}", minute=minute)

    def sealing() -> None:
        while not done.is_set():
            seal(now=NOON)

    writers = [threading.Thread(target=guarded, args=(lambda n=n: busy(n),)) for n in range(5)]
    sealers = [threading.Thread(target=guarded, args=(sealing,)) for _ in range(2)]
    for thread in (*writers, *sealers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    seal(now=NOON)
    assert failures == []
    report = verify()
    assert (report.entries, report.unsealed, report.breaks) == (75, 0, ())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_postgresql")
def test_an_entry_still_on_its_way_is_never_passed_over_by_a_seal():
    """The slow writer has the lower id; the quick one is visible first. Nothing is sealed until both are there."""
    inserted, sealed = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            write("matter:1")
            inserted.set()
            sealed.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    inserted.wait(10)
    write("matter:2")
    early = seal(now=NOON)
    sealed.set()
    thread.join()
    assert early == 0
    assert seal(now=NOON) == 2
    assert verify().intact


@pytest.mark.django_db
def test_the_protection_can_be_lifted_and_laid_again_by_migration(attack: Attack):
    with connection.cursor() as cursor:
        for statement in statements(connection, RECORD.lay):
            cursor.execute(statement)
    write()
    with pytest.raises(IntegrityError), transaction.atomic():
        attack("DELETE FROM audit_entry")
