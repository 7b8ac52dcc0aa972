"""What a measurement says: one line of JSON for programs, one line of a table for people."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its floor (what the bare database or library does, measured in the same run)."""

    suite: str
    metric: str
    case: str
    value: float
    unit: str
    higher_is_better: bool
    floor: float | None = None
    floor_is: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    def line(self) -> dict[str, Any]:
        """The figure as `jishi bench --json` prints it; without a floor the three keys about it are null."""
        return {
            "suite": self.suite,
            "metric": self.metric,
            "case": self.case,
            "value": rounded(self.value),
            "unit": self.unit,
            "floor": rounded(self.floor),
            "floor_is": self.floor_is or None,
            "ratio": rounded(self.ratio),
            "higher_is_better": self.higher_is_better,
        }


@dataclass(frozen=True, slots=True)
class Skip:
    """A case that could not be measured here, and why."""

    suite: str
    case: str
    reason: str

    def line(self) -> dict[str, Any]:
        return {
            "suite": self.suite,
            "metric": "skipped",
            "case": self.case,
            "value": None,
            "unit": "",
            "floor": None,
            "floor_is": None,
            "ratio": None,
            "higher_is_better": True,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must know of the run: machine, versions, seed, what was done outside of the timed part."""

    suite: str
    about: str
    says: str


Outcome = Figure | Skip | Note


def rounded(value: float | None) -> float | int | None:
    """A value with the digits it deserves: at least three significant ones, never more than three decimals."""
    if value is None or not math.isfinite(value):
        return None
    if value == int(value):
        return int(value)
    decimals = 3 if abs(value) < 10 else 2 if abs(value) < 100 else 1
    return round(value, decimals)


def percentile(samples: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest sample that at least ``share`` (0–1) of all samples do not exceed."""
    if not samples:
        raise ValueError("no samples")
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _shown(value: float | int | None) -> str:
    return "" if value is None else f"{value:,}"


HEADS = ("suite", "metric", "case", "value", "unit", "floor", "ratio", "floor is")
RIGHT = frozenset({"value", "floor", "ratio"})


def cells(figure: Figure) -> tuple[str, ...]:
    line = figure.line()
    return (
        figure.suite,
        figure.metric,
        figure.case,
        _shown(line["value"]),
        figure.unit,
        _shown(line["floor"]),
        _shown(line["ratio"]),
        figure.floor_is,
    )


def markdown(outcomes: Iterable[Outcome]) -> str:
    """The figures as a table for `docs/benchmarks.md`, with what was skipped below it."""
    outcomes = list(outcomes)
    align = ["---:" if head in RIGHT else "---" for head in HEADS]
    rows = [HEADS, tuple(align), *(cells(figure) for figure in outcomes if isinstance(figure, Figure))]
    table = "\n".join("| " + " | ".join(row) + " |" for row in rows)
    notes = [f"- {note.suite}, {note.about}: {note.says}" for note in outcomes if isinstance(note, Note)]
    notes += [f"- {s.suite}, {s.case}: not measured, {s.reason}" for s in outcomes if isinstance(s, Skip)]
    return table + "\n" + ("\n" + "\n".join(notes) + "\n" if notes else "")


def sentence(outcome: Outcome) -> str:
    """One outcome as a line on a terminal."""
    if isinstance(outcome, Skip):
        return f"{outcome.suite:<12}{outcome.case:<30}未测：{outcome.reason}"
    if isinstance(outcome, Note):
        return f"{outcome.suite:<12}{outcome.about}:{outcome.says}"
    _, metric, case, value, unit, floor, ratio, floor_is = cells(outcome)
    beside = f"  ÷ {floor} = {ratio}  ({floor_is})" if floor else ""
    return f"{outcome.suite:<12}{case:<30}{metric:<22}{value:>10} {unit:<6}{beside}"
