"""Several people change units at the same moment: on PostgreSQL, with connections of their own."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, transaction

from jishi.flows import unit_changes
from jishi.kernel.errors import Conflict
from jishi.matters.models import Matter
from jishi.matters.queries.invariants import broken_invariants
from jishi.territory import queries as territory
from jishi.territory.models import Unit
from jishi.territory.rules.redrawing import Redrawn
from jishi.territory.rules.succession import Part
from tests.accounts.sense import all_make_sense
from tests.cast import NOW, Cast
from tests.matters.town import begin, forget, lay_down

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30  # seconds, for a machine that is busy with other things


@pytest.fixture
def town(cast: Cast) -> Iterator[Cast]:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    lay_down(cast)
    yield cast
    forget()


def split(town: Cast, unit_id: int) -> unit_changes.UnitsChanged:
    return unit_changes.split(unit_id=unit_id, parts=[Part("东网格"), Part("西网格")], by=town.zhao, now=NOW)


def together(*acts: Callable[[], object]) -> list[object]:
    """What each act gave or raised, all begun at one moment, each on a connection of its own."""
    start = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(index: int, act: Callable[[], object]) -> None:
        try:
            start.wait(PATIENCE)
            outcomes[index] = act()
        except Exception as error:
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return outcomes


def redraw(town: Cast, *names: str) -> unit_changes.UnitsChanged:
    """Both grids become others, the first of which keeps the number of 第一网格."""
    first, second = town.grid.pk, town.next_grid.pk
    parts = [Redrawn(name, {first: 1, second: 1}, keeps=None if number else first) for number, name in enumerate(names)]
    return unit_changes.redraw(community_id=town.community.pk, parts=parts, by=town.zhao, now=NOW)


def someone_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]


def nothing_is_broken() -> None:
    forget()
    assert territory.tree().faults() == []
    all_make_sense()
    assert list(broken_invariants(now=NOW)) == []


@pytest.mark.capability("C03")
def test_of_two_people_changing_one_unit_exactly_one_wins_and_the_other_is_told(town: Cast):
    begin(town)
    outcomes = together(
        lambda: split(town, town.grid.pk),
        lambda: unit_changes.rename(unit_id=town.grid.pk, name="新网格", by=town.zhao, now=NOW),
        lambda: unit_changes.move(unit_id=town.grid.pk, parent_id=town.other_community.pk, by=town.zhao, now=NOW),
        lambda: unit_changes.merge(
            unit_ids=[town.next_grid.pk, town.grid.pk], into=Part("大网格"), by=town.zhao, now=NOW
        ),
    )
    won = [one for one in outcomes if isinstance(one, unit_changes.UnitsChanged)]
    lost = [one for one in outcomes if isinstance(one, Conflict)]
    assert (len(won), len(lost)) == (1, 3), outcomes
    assert {error.message for error in lost} == {"这个单元已经终止，可能刚刚有人作了调整，请刷新后再看。"}
    assert won[0].followed.matters == 1
    nothing_is_broken()


@pytest.mark.capability("C03")
def test_the_second_waits_for_the_first_and_then_loses(town: Cast):
    begin(town)
    outcomes: list[object] = []

    def second() -> None:
        try:
            outcomes.append(split(town, town.grid.pk))
        except Conflict as refused:
            outcomes.append(refused.message)
        finally:
            connection.close()

    late, pause = threading.Thread(target=second), threading.Event()
    with transaction.atomic():
        first = split(town, town.grid.pk)
        late.start()
        for _ in range(PATIENCE * 50):
            if someone_waits():
                break
            pause.wait(0.02)
        else:
            pytest.fail("the second did not wait for the first")
    late.join(PATIENCE)
    assert outcomes == ["这个单元已经终止，可能刚刚有人作了调整，请刷新后再看。"]
    assert Unit.objects.filter(valid_to__isnull=True, name__in=["东网格", "西网格"]).count() == 2
    assert Matter.objects.get().area_3 == first.units[0].id
    nothing_is_broken()


@pytest.mark.capability("C03", "K06-I1")
def test_of_two_divisions_of_one_community_one_wins_and_the_other_is_refused_in_words(town: Cast):
    begin(town)
    outcomes = together(lambda: redraw(town, "东网格", "西网格"), lambda: redraw(town, "南网格", "中网格", "北网格"))
    won = [one for one in outcomes if isinstance(one, unit_changes.UnitsChanged)]
    lost = [one for one in outcomes if isinstance(one, Conflict)]
    assert (len(won), len(lost)) == (1, 1), outcomes
    assert lost[0].message == "这个单元已经终止，可能刚刚有人作了调整，请刷新后再看。"
    live = Unit.objects.filter(valid_to__isnull=True, parent=town.community)
    assert {unit.pk for unit in live} == {unit.id for unit in won[0].parts}
    nothing_is_broken()


@pytest.mark.capability("C02")
def test_the_first_grids_of_a_community_are_drawn_once(town: Cast):
    def draw(name: str) -> unit_changes.UnitsChanged:
        return unit_changes.redraw(
            community_id=town.other_community.pk, parts=[Redrawn(name, {})], by=town.zhao, now=NOW
        )

    Unit.objects.filter(pk=town.other_grid.pk).update(valid_to=NOW.date())
    forget()
    outcomes = together(lambda: draw("甲网格"), lambda: draw("乙网格"))
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict", "UnitsChanged"], outcomes
    (refused,) = (one for one in outcomes if isinstance(one, Conflict))
    assert "已经有网格" in refused.message
    nothing_is_broken()


def test_neighbours_split_at_once_both_and_no_code_is_given_twice(town: Cast):
    outcomes = together(lambda: split(town, town.grid.pk), lambda: split(town, town.next_grid.pk))
    assert all(isinstance(one, unit_changes.UnitsChanged) for one in outcomes), outcomes
    codes = Unit.objects.filter(valid_to__isnull=True, parent=town.community).values_list("code", flat=True)
    assert sorted(codes) == [f"{town.community.code}{serial:03d}" for serial in (3, 4, 5, 6)]
    nothing_is_broken()


def test_who_registers_meanwhile_does_not_wait_and_nothing_is_left_behind(town: Cast):
    outcomes: list[object] = []

    def report() -> None:
        try:
            outcomes.append(begin(town))
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    with transaction.atomic():
        split(town, town.grid.pk)
        registering = threading.Thread(target=report)
        registering.start()
        registering.join(PATIENCE)
        assert not registering.is_alive()
    forget()
    unit_changes.catch_up(now=NOW)
    live = {unit.id for unit in territory.units(3)}
    assert {row.area_3 for row in Matter.objects.all()} <= live
    nothing_is_broken()
