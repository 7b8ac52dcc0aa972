"""长街 in 响石社区: houses from west to east, the first ones in 第一网格 (小李), the others in 第二网格 (小孙).

The standard of the tests is 4 households and 12 people, so that a handful of houses is a grid.
"""

import datetime as dt

from jishi.accounts.rules.viewer import SYSTEM
from jishi.addresses import actions as addresses
from jishi.addresses.queries import AddressRow
from jishi.addresses.rules.levels import Level
from jishi.flows.grid_proposals import PlanDesk
from jishi.planning import actions as planning
from jishi.planning.queries import proposal
from jishi.planning.rules.plan import PlanRow, Proposal
from jishi.planning.rules.standard import Standard
from jishi.planning.rules.vocabulary import Mode
from jishi.registers.actions.households import Entered, enter_household
from jishi.registers.rules.entries import HouseholdEntry, Origin
from jishi.registers.rules.vocabulary import Relation, Source
from jishi.territory.models import Unit
from tests.cast import NOW, Cast
from tests.registers.town import person

SPOUSE = Relation.SPOUSE
FEW = Standard(4, 12, 25)
GRID_DEPTH = 3
WEST, LATITUDE, STEP = 113.10, 27.87, 0.0005


class Village:
    """Attributes: ``cast``; ``houses`` and ``households`` in the order in which they were built and entered."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.houses: list[AddressRow] = []
        self.households: list[Entered] = []
        self.roads: dict[int, AddressRow] = {}

    def road(self, community_id: int) -> AddressRow:
        """长街 of a community, laid when first named."""
        if community_id not in self.roads:
            self.roads[community_id] = addresses.create(
                level=Level.ROAD, name="长街", unit_id=community_id, parent_id=None, by=SYSTEM, now=NOW
            )
        return self.roads[community_id]

    def build(self, number: int, grid: Unit | None = None) -> list[AddressRow]:
        """So many houses further east, in 第一网格 unless said otherwise."""
        unit, built = grid or self.cast.grid, []
        road = self.road(unit.parent_id if unit.depth == GRID_DEPTH else unit.pk)
        for _ in range(number):
            at = len(self.houses)
            built.append(
                addresses.create(
                    level=Level.DOOR,
                    name=f"{at + 1}号",
                    unit_id=unit.pk,
                    parent_id=road.id,
                    longitude=round(WEST + at * STEP, 6),
                    latitude=LATITUDE,
                    by=SYSTEM,
                    now=NOW,
                )
            )
            self.houses.append(built[-1])
        return built

    def move_in(self, *houses: AddressRow | None, grid: Unit | None = None) -> list[Entered]:
        """A household of two in each house; None is a home that has no standard address."""
        entered = []
        for house in houses:
            unit = (grid or self.cast.grid).pk if house is None else house.unit_id
            at = len(self.households)
            people = (person(f"张{chr(0x4E00 + at)}"), person(f"李{chr(0x4E00 + at)}", relation=SPOUSE))
            door = {"door": f"老屋{at + 1}" if house is None else house.name}
            entry = HouseholdEntry(unit, people, door, address_id=None if house is None else house.id)
            entered.append(enter_household(entry=entry, origin=Origin(Source.DOOR), by=SYSTEM, now=NOW))
            self.households.append(entered[-1])
        return entered

    def ask(self, mode: Mode = Mode.REBALANCE, standard: Standard = FEW, now: dt.datetime = NOW) -> PlanRow:
        """老周 asks for a plan."""
        return planning.ask(
            community_id=self.cast.community.pk, mode=mode, standard=standard, by=self.cast.zhou, now=now
        )

    def drawn(self, mode: Mode = Mode.REBALANCE, standard: Standard = FEW) -> Proposal:
        """老周 asks for a plan, and the worker draws it."""
        plan = self.ask(mode, standard)
        assert PlanDesk(lambda: NOW)(NOW) is True
        return self.look(plan.id)

    def look(self, plan_id: int) -> Proposal:
        return proposal(self.cast.zhou, plan_id)
