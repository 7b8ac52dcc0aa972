"""Every grid of a viewer's communities against the standard, with what is registered today."""

from collections.abc import Iterable
from dataclasses import dataclass

from jishi.accounts.rules.viewer import Viewer
from jishi.planning.queries import exceptions, grids_of, may_see, open_plans
from jishi.planning.rules.plan import PlanRow
from jishi.planning.rules.standard import Standard, standard_of
from jishi.planning.rules.standing import GridStanding, Lived, Verdict, stand
from jishi.registers.queries.living import dormitories, sizes
from jishi.territory.queries import UnitRow, place, units

COMMUNITY_DEPTH = 2
NOBODY = Lived()


@dataclass(frozen=True, slots=True)
class CommunityStanding:
    """``plan`` is the one nobody has decided about, if there is one; ``elsewhere`` counts households in no grid."""

    community: UnitRow
    grids: tuple[GridStanding, ...]
    plan: PlanRow | None
    elsewhere: int
    elsewhere_people: int = 0

    @property
    def households(self) -> int:
        return sum(one.households for one in self.grids) + self.elsewhere

    @property
    def people(self) -> int:
        return sum(one.people for one in self.grids) + self.elsewhere_people

    def count(self, verdict: Verdict) -> int:
        return sum(one.verdict is verdict for one in self.grids)

    @property
    def is_settled(self) -> bool:
        """Off the standard is only what was allowed, or is being proposed about."""
        return not self.count(Verdict.OFF) and not self.elsewhere


def standard() -> Standard:
    """The one of the place in force."""
    return standard_of(place().content)


def communities_of(viewer: Viewer) -> tuple[UnitRow, ...]:
    """The communities whose grids the viewer plans or approves."""
    return tuple(one for one in units(COMMUNITY_DEPTH) if may_see(viewer, one))


def standing(communities: Iterable[UnitRow]) -> list[CommunityStanding]:
    """Where the grids of these communities stand, in their order."""
    asked = list(communities)
    usual = standard()
    grids = {one.id: grids_of(one.id) for one in asked}
    ids = [grid.id for below in grids.values() for grid in below]
    lived = _lived([*ids, *grids])
    allowed = exceptions(ids)
    plans = open_plans(grids)
    found = []
    for community in asked:
        plan = plans.get(community.id)
        rows = tuple(
            stand(
                unit_id=grid.id,
                name=grid.name,
                lived=lived.get(grid.id, NOBODY),
                standard=usual,
                reason=allowed[grid.id].reason if grid.id in allowed else "",
                proposed=plan is not None,
            )
            for grid in grids[community.id]
        )
        above = lived.get(community.id, NOBODY)
        found.append(CommunityStanding(community, rows, plan, above.households, above.people))
    return found


def _lived(unit_ids: list[int]) -> dict[int, Lived]:
    shared = dormitories(unit_ids)
    return {id: Lived(*counts, tuple(shared.get(id, ()))) for id, counts in sizes(unit_ids).items()}
