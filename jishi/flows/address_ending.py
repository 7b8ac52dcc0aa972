"""Cancelling an address that homes or premises may still stand at."""

import datetime as dt

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses import actions
from jishi.registers.queries.at_address import standing_at


def cancel_address(*, address_id: int, by: Viewer, now: dt.datetime, reason: str) -> None:
    """An address ends today. Raises Conflict while a home or premises in the registers have it, or as
    ``addresses.actions.cancel`` does."""
    actions.cancel(address_id=address_id, by=by, now=now, reason=reason, held_by=_held_by)


def _held_by(address_id: int) -> str:
    homes, premises = standing_at(address_id)
    said = [f"{homes}处住房"] if homes else []
    said += [f"{premises}家单位"] if premises else []
    return f"名册里这里还有{'、'.join(said)}，请先在名册中注销。" if said else ""
