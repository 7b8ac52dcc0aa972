"""Several programs at one file: the command line and the worker, or the same command twice."""

import pytest

from jishi.flows import register_import
from jishi.flows.register_desk import LEASE
from jishi.registers.actions import imports as runs
from jishi.registers.models import ImportRun, Resident
from jishi.registers.queries import imports
from tests.cast import NOW
from tests.registers.lists import row, write
from tests.registers.town import citizen_number

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C24")]


@pytest.fixture
def file(town, tmp_path, monkeypatch):
    monkeypatch.setattr(register_import, "BATCH", 2)
    town.grid  # noqa: B018 (the grid is made when first named)
    people = [row(f"人{n}", 户编号=str(n), 证件号码=citizen_number("19800101", n), 门牌=f"{n}栋") for n in range(1, 8)]
    return write(tmp_path / "a.csv", *people)


def begun(file, by):
    return register_import.begun(
        file=file, mapping=None, source_name="派出所", dry=False, all_or_nothing=False, by=by, now=NOW
    )


def test_a_worker_leaves_a_file_to_the_command_line_until_that_is_long_silent(town, file):
    by = town.viewer("zhou")
    run = begun(file, by)
    steps = register_import.work_on(run, by, lambda: NOW, register_import.HELD)
    assert [next(steps).done_rows for _ in range(2)] == [0, 2]
    assert runs.claim(worker="w", now=NOW + register_import.HELD / 2, lease=LEASE) is None
    steps.close()  # as if killed
    later = NOW + register_import.HELD * 1.1
    taken = runs.claim(worker="w", now=later, lease=LEASE)
    assert (taken.id, taken.done) == (run.id, 1)
    for _ in register_import.work_on(taken, by, lambda: later, LEASE):
        pass
    assert imports.run(by, run.id).state == "done"
    assert Resident.objects.count() == 7


def test_the_same_command_twice_takes_everybody_in_once_and_neither_spoils_the_run(town, file):
    by = town.viewer("zhou")
    first = begun(file, by)
    ahead = register_import.work_on(first, by, lambda: NOW, register_import.HELD)
    assert [next(ahead).done_rows for _ in range(2)] == [0, 2]
    second = begun(file, by)
    assert second.id == first.id
    behind = register_import.work_on(second, by, lambda: NOW, register_import.HELD)
    assert [next(behind).done_rows for _ in range(2)] == [2, 4]
    with pytest.raises(runs.TakenOver, match="另一个程序接着做"):
        list(ahead)
    assert ImportRun.objects.get().state == "importing"
    list(behind)
    assert imports.run(by, first.id).state == "done"
    assert dict(imports.run(by, first.id).counts)["new"] == Resident.objects.count() == 7
