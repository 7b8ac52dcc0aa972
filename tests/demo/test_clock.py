"""The clock that can be set."""

import datetime as dt

from jishi.demo.clock import Clock

START = dt.datetime(2026, 11, 18, 8, 30)


def minutes(number: int) -> dt.timedelta:
    return dt.timedelta(minutes=number)


def life(clock, name, seen, *waits):
    seen.append((name, clock.now - START))
    for wait in waits:
        yield clock.now + minutes(wait)
        seen.append((name, clock.now - START))


def test_lives_run_side_by_side_in_the_order_of_time():
    seen = []
    clock = Clock(START, lambda moment: None)
    clock.begin(START, life(clock, "a", seen, 10, 20))
    clock.begin(START + minutes(5), life(clock, "b", seen, 10))
    clock.run(START + minutes(60))
    assert seen == [(name, minutes(at)) for name, at in (("a", 0), ("b", 5), ("a", 10), ("b", 15), ("a", 30))]
    assert clock.now == START + minutes(60)


def test_what_lies_after_the_end_does_not_happen():
    seen = []
    clock = Clock(START, lambda moment: None)
    clock.begin(START, life(clock, "a", seen, 59, 1))
    clock.run(START + minutes(60))
    assert [at for _, at in seen] == [minutes(0), minutes(59)]


def test_the_full_hours_are_told_before_what_happens_in_them():
    told = []
    clock = Clock(START, told.append)
    clock.begin(START, life(clock, "a", told, 45, 120))
    clock.run(START + minutes(240))
    hours = [entry.hour if isinstance(entry, dt.datetime) else entry[0] for entry in told]
    assert hours == ["a", 9, "a", 10, 11, "a", 12]


def test_time_never_runs_back_and_nobody_acts_twice_in_a_second():
    seen = []
    clock = Clock(START, lambda moment: None)
    clock.begin(START - minutes(30), life(clock, "a", seen, -10, -10))
    clock.run(START + minutes(1))
    assert [at.total_seconds() for _, at in seen] == [0, 1, 2]
