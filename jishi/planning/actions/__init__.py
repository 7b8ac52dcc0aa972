"""Asking for a plan, drawing it, changing it by hand, approving or withdrawing it."""

from jishi.planning.actions.approving import approve, follow_units, settle
from jishi.planning.actions.asking import ask, withdraw
from jishi.planning.actions.drawing import DrawnBlock, DrawnGrid, claim, fail, propose
from jishi.planning.actions.editing import give_reason, move_blocks, name_grid

__all__ = [
    "DrawnBlock",
    "DrawnGrid",
    "approve",
    "ask",
    "claim",
    "fail",
    "follow_units",
    "give_reason",
    "move_blocks",
    "name_grid",
    "propose",
    "settle",
    "withdraw",
]
