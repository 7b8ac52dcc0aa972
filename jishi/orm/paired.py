"""Fields that are set together or not at all: who and when, from and until."""

from functools import reduce

from django.db.models import CheckConstraint, Q


def together(name: str, *fields: str) -> CheckConstraint:
    """A constraint: all of ``fields`` are empty, or none is."""
    empty = reduce(lambda q, f: q & Q(**{f"{f}__isnull": True}), fields, Q())
    full = reduce(lambda q, f: q & Q(**{f"{f}__isnull": False}), fields, Q())
    return CheckConstraint(condition=empty | full, name=name)
