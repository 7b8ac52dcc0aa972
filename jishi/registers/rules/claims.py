"""What becomes of a value that a source gives: nothing that is known from another source is overwritten by it."""

from enum import StrEnum

from jishi.registers.rules.vocabulary import Source


class Outcome(StrEnum):
    """What a value from a source does to the value that is on record."""

    SAME = "same"  # it is what is known already
    FILLS = "fills"  # nothing was known
    SUCCEEDS = "succeeds"  # the same source corrects itself
    CONFLICTS = "conflicts"  # another source says otherwise: a person decides


def outcome(*, known: str, known_from: Source, value: str, source: Source) -> Outcome:
    """Compare a value with what is known. Values are compared as text, an empty one is not known.

    An empty value never takes anything away: a source that knows nothing contradicts nobody.
    """
    if value in {known, ""}:
        return Outcome.SAME
    if not known:
        return Outcome.FILLS
    return Outcome.SUCCEEDS if source is known_from else Outcome.CONFLICTS
