"""Plans for all communities in which something is off the standard and nobody has decided about it yet."""

import datetime as dt
from dataclasses import dataclass

from jishi.accounts.rules.viewer import Viewer
from jishi.flows.grid_standing import CommunityStanding, communities_of, standard, standing
from jishi.kernel.errors import Conflict
from jishi.planning import actions as planning
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.vocabulary import Mode


@dataclass(frozen=True, slots=True)
class AskedAll:
    """``waiting`` counts the communities that have a plan already."""

    asked: tuple[PlanRow, ...]
    waiting: int

    def __str__(self) -> str:
        said = f"已为{len(self.asked)}个社区提出方案" if self.asked else "没有需要提出方案的社区"
        return f"{said}，另有{self.waiting}个社区的方案还没有定。" if self.waiting else f"{said}。"


def ask_where_off(*, by: Viewer, now: dt.datetime) -> AskedAll:
    """Ask for a plan in every community of the viewer that needs one; what has an open plan is passed over."""
    found = standing(communities_of(by))
    asked = []
    for one in found:
        if not needs_plan(one):
            continue
        mode = Mode.REBALANCE if one.grids else Mode.DRAW
        try:
            row = planning.ask(community_id=one.community.id, mode=mode, standard=standard(), by=by, now=now)
        except Conflict:
            continue  # somebody else was faster by a moment
        asked.append(row)
    return AskedAll(tuple(asked), sum(one.plan is not None for one in found))


def needs_plan(one: CommunityStanding) -> bool:
    return one.plan is None and not one.is_settled
