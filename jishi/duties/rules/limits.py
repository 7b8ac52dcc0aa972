"""Which limit holds for a step, when it is reached, and the sentence that explains it to whoever asks."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jishi.kernel.errors import NotFound
from jishi.kernel.worktime import WorkCalendar

GRADE_LABELS = {"tiny": "微事", "small": "小事", "big": "大事", "hard": "难事"}
_WEEKDAYS = "一二三四五六日"
_MOST_BREAKS = 4  # a longer list of holidays explains nothing


class Clock(StrEnum):
    """What is timed. ``begins`` and ``ends`` are the words for it in the sentence."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    HANDLE = "handle"
    VERIFY = "verify"
    CLOSE = "close"
    OVERALL = "overall"

    @property
    def label(self) -> str:
        return _WORDS[self][0]

    @property
    def begins(self) -> str:
        return _WORDS[self][1]

    @property
    def ends(self) -> str:
        return _WORDS[self][2]


_WORDS = {
    Clock.DISPATCH: ("派发", "登记", "派发"),
    Clock.SIGN: ("签收", "派发", "签收"),
    Clock.HANDLE: ("处置", "签收", "处置完毕"),
    Clock.VERIFY: ("核实", "报处置完成", "核实"),
    Clock.CLOSE: ("答复结案", "核实", "答复结案"),
    Clock.OVERALL: ("全程", "登记", "办结"),
}


class Measure(StrEnum):
    WORKING_HOUR = "working_hour"
    WORKING_DAY = "working_day"
    RUNNING_HOUR = "running_hour"

    @property
    def label(self) -> str:
        return {
            "working_hour": "工作时",
            "working_day": "工作日",
            "running_hour": "小时（昼夜连续）",
        }[self.value]


@dataclass(frozen=True, slots=True)
class LimitRule:
    """How long a step may take. Empty ``grade`` or ``category_code`` means any; ``source`` says who laid it down."""

    clock: str
    grade: str
    category_code: str
    urgent: bool
    amount: int
    measure: str
    source: str = ""

    @property
    def sentence(self) -> str:
        """小事限5个工作日."""
        whom = GRADE_LABELS.get(self.grade, "")
        whom = f"紧急{whom or '事项'}" if self.urgent else whom or "事项"
        if self.clock != Clock.OVERALL:
            whom += Clock(self.clock).label
        counter = "" if self.measure == Measure.RUNNING_HOUR else "个"
        return f"{whom}限{self.amount}{counter}{Measure(self.measure).label}"


def pick_limit(limits: Iterable[LimitRule], *, clock: str, grade: str, category_code: str, urgent: bool) -> LimitRule:
    """The most particular limit that fits: first by urgency, then by class (its own before its first-level one, whose
    code its own begins with), then by grade. Raises NotFound if none fits."""
    best: tuple[tuple[bool, int, bool], LimitRule] | None = None
    for limit in limits:
        fits = (
            limit.clock == clock
            and limit.grade in ("", grade)
            and (not limit.category_code or category_code.startswith(limit.category_code))
            and (urgent or not limit.urgent)
        )
        rank = (limit.urgent, len(limit.category_code), bool(limit.grade))
        if fits and (best is None or rank > best[0]):
            best = rank, limit
    if best is None:
        raise NotFound(f"还没有规定{GRADE_LABELS.get(grade, grade)}的{Clock(clock).label}时限。")
    return best[1]


def deadline(
    calendar: WorkCalendar,
    limit: LimitRule,
    start: dt.datetime,
    paused_minutes: int = 0,
    extra_minutes: int = 0,
) -> tuple[dt.datetime, str]:
    """When a limit that began at ``start`` is reached, and the sentence that explains it in Chinese.

    Parameters
    ----------
    paused_minutes, extra_minutes
        Time in pauses, and time granted on top, in the limit's own minutes: minutes of office hours for limits in
        working time, minutes of the clock for running ones. Not negative.
    """
    more = paused_minutes + extra_minutes
    match Measure(limit.measure):
        case Measure.RUNNING_HOUR:
            due = start + dt.timedelta(hours=limit.amount, minutes=more)
        case Measure.WORKING_HOUR:
            due = calendar.add_minutes(start, limit.amount * 60 + more)
        case Measure.WORKING_DAY:
            due = calendar.add_minutes(calendar.add_days(start, limit.amount), more)
    return due, _explained(calendar, limit, start, due, paused_minutes, extra_minutes)


def _explained(
    calendar: WorkCalendar, limit: LimitRule, start: dt.datetime, due: dt.datetime, paused: int, extra: int
) -> str:
    start, due = _in_zone(calendar, start), _in_zone(calendar, due)
    clock = Clock(limit.clock)
    source = f"（{limit.source}）" if limit.source else ""
    begun = f"{_day(start)}（周{_WEEKDAYS[start.weekday()]}）{start:%H:%M}{clock.begins}"
    until = f"{_day(due, start)}（周{_WEEKDAYS[due.weekday()]}）{due:%H:%M}前{clock.ends}"
    running = limit.measure == Measure.RUNNING_HOUR
    match Measure(limit.measure):
        case Measure.WORKING_DAY if not paused + extra:
            first = _in_zone(calendar, calendar.add_days(start, 1))
            told = (
                f"{begun}，自{_day(first, start)}起算，第{limit.amount}个工作日为{_day(due, start)}，"
                f"下班时间{due:%H:%M}前{clock.ends}"
            )
        case Measure.WORKING_DAY:
            first = _in_zone(calendar, calendar.add_days(start, 1))
            told = f"{begun}，自{_day(first, start)}起算{_moved(calendar, paused, extra, running)}，{until}"
        case Measure.WORKING_HOUR:
            told = f"{begun}起算，只计上班时间{_moved(calendar, paused, extra, running)}，{until}"
        case Measure.RUNNING_HOUR:
            told = f"{begun}起算{_moved(calendar, paused, extra, running)}，{until}"
    breaks = "" if running else _breaks(calendar, start.date(), due.date())
    guess = (
        ""
        if running or due.date() <= calendar.known_until
        else f"{due.year}年放假安排尚未公布，暂按周一至周五为工作日推算。"
    )
    return f"{limit.sentence}{source}：{told}。{breaks}{guess}"


def _in_zone(calendar: WorkCalendar, moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo is None else moment.astimezone(calendar.zone)


def _day(day: dt.date, beside: dt.date | None = None) -> str:
    year = f"{day.year}年" if beside is not None and day.year != beside.year else ""
    return f"{year}{day.month}月{day.day}日"


def _moved(calendar: WorkCalendar, paused: int, extra: int, running: bool) -> str:
    a_day = 24 * 60 if running else calendar.minutes_a_day
    unit = "天" if running else "个工作日"
    told = ""
    if paused:
        told += f"，扣除挂账{_length(paused, a_day, unit)}"
    if extra:
        told += f"，批准延期{_length(extra, a_day, unit)}"
    return told


def _length(minutes: int, a_day: int, unit: str) -> str:
    days, rest = divmod(minutes, a_day)
    hours, rest = divmod(rest, 60)
    parts = [f"{days}{unit}" if days else "", f"{hours}小时" if hours else "", f"{rest}分钟" if rest else ""]
    return "".join(parts)


def _breaks(calendar: WorkCalendar, start: dt.date, due: dt.date) -> str:
    """The public holidays and the weekends worked instead that lie on the way; plain weekends explain themselves."""
    holidays: list[tuple[str, dt.date, dt.date]] = []
    worked = []
    for number in range(start.toordinal() + 1, due.toordinal() + 1):
        day = dt.date.fromordinal(number)
        kind = calendar.day_kind(day)
        if kind == "调休上班":
            worked.append(f"{_day(day, start)}（周{_WEEKDAYS[day.weekday()]}）")
        elif kind == "节假日":
            name = calendar.holiday_name(day)
            if holidays and holidays[-1][0] == name and number - holidays[-1][2].toordinal() == 1:
                holidays[-1] = (name, holidays[-1][1], day)
            else:
                holidays.append((name, day, day))
    told = ""
    if holidays:
        shown = [_span(name, first, last, start) for name, first, last in holidays[:_MOST_BREAKS]]
        told += f"期间{'、'.join(shown)}{'等' if len(holidays) > _MOST_BREAKS else ''}放假不计"
    if worked:
        shown = worked[:_MOST_BREAKS]
        told += f"{'，' if told else '期间'}{'、'.join(shown)}{'等' if len(worked) > _MOST_BREAKS else ''}调休上班计入"
    return f"{told}。" if told else ""


def _span(name: str, first: dt.date, last: dt.date, beside: dt.date) -> str:
    days = _day(first, beside) if first == last else f"{_day(first, beside)}至{_day(last, beside)}"
    return f"{name}{days}"
