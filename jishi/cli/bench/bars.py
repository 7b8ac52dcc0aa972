"""The lines that were agreed on, each said with its figure and whether it is met in this run."""

from jishi.cli.bench.figures import Note, rounded


def at_least(suite: str, what: str, value: float, line: float) -> Note:
    return _said(suite, what, value, f"≥ {line:g}", met=value >= line)


def at_most(suite: str, what: str, value: float, line: float) -> Note:
    return _said(suite, what, value, f"≤ {line:g}", met=value <= line)


def _said(suite: str, what: str, value: float, line: str, *, met: bool) -> Note:
    return Note(suite, "bar", f"{what} {rounded(value)} ({line}): {'met' if met else 'NOT met'}")
