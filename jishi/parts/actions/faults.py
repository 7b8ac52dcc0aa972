"""A component follows the matter about its fault: repaired when that is closed so, faulty again when it is reopened."""

import datetime as dt

from django.db import transaction

from jishi.parts.actions.ledger import happened, written
from jishi.parts.models import LIVE, Component
from jishi.parts.rules.history import BY_MATTER, Turn
from jishi.territory.rules.actors import Actor


@transaction.atomic
def follow_matter(*, code: str, turn: Turn, matter_number: str, by: Actor, now: dt.datetime, note: str = "") -> bool:
    """Let a component stand as its matter says (a turn of ``BY_MATTER``) and tell so in its history, under the name of
    whoever took the step.

    Returns whether there was something to tell: nothing where it was taken down, or stands so already and the matter
    has no news of it.
    """
    if turn not in BY_MATTER or turn.condition is None:
        raise ValueError(f"{turn} does not follow from a matter")
    row = Component.objects.select_for_update(of=("self",)).filter(LIVE, code=code).first()
    if row is None or (row.condition == turn.condition and turn is not Turn.UNREPAIRED):
        return False
    Component.objects.filter(pk=row.pk).update(condition=turn.condition.value)
    happened(row, turn, by_name=by.name, now=now, note=note, matter_number=matter_number)
    facts = {"condition": [row.condition, turn.condition.value], "matter": matter_number, "turn": turn.value}
    written(f"component:{row.pk}", "component_follow", row.code, facts, by, now)
    return True
