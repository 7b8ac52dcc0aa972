"""The catalogue of components out of the common file and the county's own, which is laid over it."""

from collections.abc import Iterable

from jishi.parts.rules.catalogue import SubclassEntry, check_catalogue, check_extension
from jishi.territory.rules.loading import Problem
from jishi.territory.rules.sources import Row

FILE = "parts.csv"
COLUMNS = ("code", "name", "class_code", "class_name", "inspection_days", "source")


def catalogue_of(common: Iterable[Row], own: Iterable[Row], problems: list[Problem]) -> tuple[SubclassEntry, ...]:
    """The sub-classes in force; what is wrong with a line is added to ``problems``."""
    below, above = [_entry(row) for row in common], [_entry(row) for row in own]
    problems += check_extension(above, {entry.code for entry in below})
    laid_over = {entry.code for entry in above}
    entries = [entry for entry in below if entry.code not in laid_over] + above
    problems += check_catalogue(entries)
    return tuple(entries)


def _entry(row: Row) -> SubclassEntry:
    return SubclassEntry(**{column: row[column] for column in COLUMNS}, file=row.file, line=row.line)
