"""Working time against an oracle that walks minute by minute through real Chinese years."""

import datetime as dt
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel import holidays
from jishi.kernel.worktime import LOCAL_ZONE, WorkCalendar

MINUTE = dt.timedelta(minutes=1)

SPLIT = ((dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(17, 30)))
CALENDARS = {
    "split hours": SPLIT,
    "one span": ((dt.time(8, 30), dt.time(17)),),
    "night shift till midnight": ((dt.time(0), dt.time(6, 15)), (dt.time(22), dt.time(0))),
    "round the clock": ((dt.time(0), dt.time(0)),),
    "spans that touch": ((dt.time(9), dt.time(12)), (dt.time(12), dt.time(17))),
}


def calendar(hours: tuple[tuple[dt.time, dt.time], ...] = SPLIT) -> WorkCalendar:
    return WorkCalendar(hours, holidays.is_workday, holidays.known_until(), holidays.holiday_name)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@cache
def oracle_is_open(moment: dt.datetime, hours: tuple[tuple[dt.time, dt.time], ...]) -> bool:
    """Whether the minute that begins at ``moment`` is worked, said as plainly as possible."""
    if not holidays.is_workday(moment.date()):
        return False
    clock = moment.hour * 60 + moment.minute
    return any(a.hour * 60 + a.minute <= clock < (b.hour * 60 + b.minute or 24 * 60) for a, b in hours)


def oracle_add(start: dt.datetime, minutes: int, hours: tuple[tuple[dt.time, dt.time], ...]) -> dt.datetime:
    moment = start
    while minutes:
        minutes -= oracle_is_open(moment, hours)
        moment += MINUTE
    return moment


def oracle_between(a: dt.datetime, b: dt.datetime, hours: tuple[tuple[dt.time, dt.time], ...]) -> int:
    return sum(oracle_is_open(a + n * MINUTE, hours) for n in range((b - a) // MINUTE))


def minutes_of(first: str, last: str) -> st.SearchStrategy[dt.datetime]:
    span = int((at(last) - at(first)) / MINUTE)
    return st.integers(0, span).map(lambda n: at(first) + n * MINUTE)


HOURS = st.sampled_from(list(CALENDARS.values()))
MOMENTS = minutes_of("2024-01-01T00:00", "2026-12-01T00:00")
# Around the long holidays, where 调休 turns weekends into working days and weekdays into days off.
TRICKY = st.one_of(
    minutes_of("2024-09-26T00:00", "2024-10-14T00:00"),
    minutes_of("2025-01-23T00:00", "2025-02-10T00:00"),
    minutes_of("2025-09-26T00:00", "2025-10-13T00:00"),
    minutes_of("2026-02-12T00:00", "2026-03-01T00:00"),
)
ANY_SECOND = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2026, 11, 1))


@given(hours=HOURS, start=st.one_of(MOMENTS, TRICKY), minutes=st.integers(0, 2500))
def test_adding_minutes_agrees_with_walking_minute_by_minute(hours, start, minutes):
    assert calendar(hours).add_minutes(start, minutes) == oracle_add(start, minutes, hours)


@given(hours=HOURS, a=st.one_of(MOMENTS, TRICKY), length=st.integers(0, 20_000))
def test_measuring_agrees_with_walking_minute_by_minute(hours, a, length):
    b = a + length * MINUTE
    assert calendar(hours).minutes_between(a, b) == oracle_between(a, b, hours)
    assert calendar(hours).minutes_between(b, a) == -oracle_between(a, b, hours)


@given(hours=HOURS, start=ANY_SECOND, minutes=st.integers(0, 200_000))
def test_measuring_undoes_adding_to_the_microsecond(hours, start, minutes):
    due = calendar(hours).add_minutes(start, minutes)
    assert calendar(hours).minutes_between(start, due) == minutes
    if minutes:
        assert calendar(hours).minutes_between(start, due - dt.timedelta(microseconds=1)) == minutes - 1


@given(
    hours=HOURS,
    start=ANY_SECOND,
    later=st.timedeltas(dt.timedelta(0), dt.timedelta(days=30)),
    n=st.integers(0, 9000),
)
def test_a_later_start_is_never_due_earlier(hours, start, later, n):
    office = calendar(hours)
    assert office.add_minutes(start, n) <= office.add_minutes(start + later, n)
    assert office.add_days(start, n % 60) <= office.add_days(start + later, n % 60)


@given(hours=HOURS, start=ANY_SECOND, a=st.integers(0, 9000), b=st.integers(0, 9000))
def test_adding_in_two_parts_is_adding_at_once(hours, start, a, b):
    office = calendar(hours)
    assert office.add_minutes(office.add_minutes(start, a), b) == office.add_minutes(start, a + b)


@given(hours=HOURS, start=st.one_of(MOMENTS, TRICKY), days=st.integers(0, 40))
def test_adding_days_agrees_with_counting_on_the_fingers(hours, start, days):
    office = calendar(hours)
    end = hours[-1][1]

    def close(day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day + dt.timedelta(days=1) if end == dt.time(0) else day, end)

    day = start.date()
    if days == 0:
        while not holidays.is_workday(day) or close(day) < start:
            day += dt.timedelta(days=1)
    left = days
    while left:
        day += dt.timedelta(days=1)
        left -= holidays.is_workday(day)
    assert office.add_days(start, days) == close(day)


@given(moment=st.one_of(MOMENTS, TRICKY), hours=HOURS)
def test_open_means_that_the_next_minute_counts(moment, hours):
    assert calendar(hours).is_working(moment) == oracle_is_open(moment, hours)
    assert calendar(hours).is_working(moment) == bool(calendar(hours).minutes_between(moment, moment + MINUTE))


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-18T10:00", 60, "2026-11-18T11:00"),
        ("2026-11-18T11:30", 60, "2026-11-18T14:00"),  # over lunch
        (
            "2026-11-18T11:30",
            30,
            "2026-11-18T12:00",
        ),  # the end of the morning, not the start of the afternoon
        ("2026-11-18T12:40", 60, "2026-11-18T14:30"),  # begun at lunch
        ("2026-11-18T20:00", 240, "2026-11-19T14:30"),  # begun in the evening
        ("2026-11-20T17:00", 60, "2026-11-23T09:30"),  # over a weekend
        ("2026-11-21T10:00", 0, "2026-11-21T10:00"),  # nothing asked: at once, though it is Saturday
        ("2025-09-30T17:00", 60, "2025-10-09T09:30"),  # over 国庆 and 中秋
        ("2025-01-24T17:00", 60, "2025-01-26T09:30"),  # Sunday 26 January 2025 is worked
        (
            "2024-02-09T17:00",
            60,
            "2024-02-18T09:30",
        ),  # 除夕 2024 was no holiday; Sunday 18 February is worked
    ],
)
def test_limits_people_can_check_on_a_wall_calendar(start, minutes, due):
    assert calendar().add_minutes(at(start), minutes) == at(due)


def test_five_working_days_over_the_national_holiday_of_2025():
    assert calendar().add_days(at("2025-09-29T10:00"), 5) == at("2025-10-13T17:30")


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2025-01-26", "调休上班"),
        ("2025-02-08", "调休上班"),
        ("2024-10-12", "调休上班"),
        ("2025-10-01", "节假日"),
        ("2025-10-04", "节假日"),  # a Saturday inside the holiday
        ("2026-11-21", "休息日"),
        ("2026-11-20", "工作日"),
    ],
)
def test_a_day_is_called_what_people_call_it(day, kind):
    assert calendar().day_kind(dt.date.fromisoformat(day)) == kind


def test_beyond_the_published_holidays_monday_to_friday_count_and_it_says_so():
    office = calendar()
    assert holidays.known_until().month == 12
    first = dt.date(holidays.known_until().year + 1, 1, 1)
    for n in range(400):
        day = first + dt.timedelta(days=n)
        assert holidays.is_workday(day) == (day.weekday() < 5)
        assert not office.is_known(day)
    assert office.is_known(holidays.known_until())
    assert not office.is_known(dt.datetime.combine(first, dt.time(9), tzinfo=LOCAL_ZONE))
    assert not holidays.is_known(dt.date(1999, 1, 1))


def test_aware_moments_are_read_where_the_office_stands():
    office = calendar()
    utc = dt.datetime(2026, 11, 18, 2, 0, tzinfo=dt.UTC)  # 10:00 in Zhuzhou
    due = office.add_minutes(utc, 60)
    assert due == dt.datetime(2026, 11, 18, 11, 0, tzinfo=LOCAL_ZONE)
    assert due.tzinfo is LOCAL_ZONE
    assert office.minutes_between(utc, due) == 60
    assert office.is_working(utc)
    assert not office.is_working(utc.replace(hour=10))


def test_minutes_of_a_day():
    assert calendar().minutes_a_day == 420
    assert calendar(CALENDARS["round the clock"]).minutes_a_day == 1440


@pytest.mark.parametrize(
    "hours",
    [
        (),
        ((dt.time(9), dt.time(9)),),
        ((dt.time(12), dt.time(9)),),
        ((dt.time(9), dt.time(12)), (dt.time(11), dt.time(17))),
        ((dt.time(13), dt.time(17)), (dt.time(9), dt.time(12))),
        ((dt.time(9), dt.time(12, 0, 30)),),
    ],
)
def test_impossible_office_hours_are_refused(hours):
    with pytest.raises(ValueError, match="office hours"):
        calendar(hours)


def test_negative_amounts_are_refused():
    with pytest.raises(ValueError, match="negative"):
        calendar().add_minutes(at("2026-11-18T10:00"), -1)
    with pytest.raises(ValueError, match="negative"):
        calendar().add_days(at("2026-11-18T10:00"), -1)
