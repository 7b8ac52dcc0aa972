"""Who is told of a step on an order, and in which words. Nothing personal: the notice leads to the order."""

from enum import StrEnum

from jishi.orders.rules.steps import PAST_LABELS, PLACE


class Audience(StrEnum):
    COMMUNITY = "community"  # community workers of the place
    UNIT = "unit"  # staff of the unit it was sent to


TOLD: dict[str, tuple[Audience, ...]] = {
    PLACE: (Audience.COMMUNITY,),
    "dispatch": (Audience.UNIT,),
    "redispatch": (Audience.UNIT,),
    "accept": (),
    "return": (Audience.COMMUNITY,),
    "lapse": (Audience.COMMUNITY,),
    "begin": (),
    "complete": (Audience.COMMUNITY,),
    "rate": (Audience.COMMUNITY, Audience.UNIT),
    "withdraw": (Audience.COMMUNITY, Audience.UNIT),
    "cancel": (Audience.UNIT,),
}


def sentence(step: str, *, number: str, service: str, note: str = "") -> str:
    """One line for the inbox, at most 300 characters."""
    said = f"：{note}" if note else ""
    return f"【{PAST_LABELS[step]}】{service}（{number}）{said}"[:300]
