"""Writing addresses: create, change, cancel; names; posts. The code a door gets stays its own, also when it is gone."""

from jishi.addresses.actions.following import follow_ended_units, follow_units
from jishi.addresses.actions.lives import cancel, change, create
from jishi.addresses.actions.loading import load
from jishi.addresses.actions.names import add_alias, end_alias
from jishi.addresses.actions.posts import leave_post, take_post

__all__ = [
    "add_alias",
    "cancel",
    "change",
    "create",
    "end_alias",
    "follow_ended_units",
    "follow_units",
    "leave_post",
    "load",
    "take_post",
]
