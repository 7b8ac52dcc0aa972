"""Trees to try things on: a small ladder, unit rows, random trees, and a tree in memory that plans are applied to."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from jishi.territory.rules.levels import Ladder, Level
from jishi.territory.rules.succession import Plan
from jishi.territory.rules.tree import Tree, UnitEntry, UnitRow

COUNTY = "430204000000"
SINCE = dt.date(2026, 1, 1)
LADDER = Ladder(
    (
        Level(0, "county", "区", ("区",)),
        Level(1, "town", "镇街", ("街道", "镇")),
        Level(2, "community", "社区（村）", ("社区", "村")),
        Level(3, "grid", "网格", ("网格",)),
        Level(4, "building", "楼栋", ("楼栋",)),
    )
)
KINDS = ("区", "街道", "社区", "网格", "楼栋")


def county_entries(shape: Sequence[Sequence[Sequence[int]]]) -> list[UnitEntry]:
    """A county of this shape: towns, in each communities, in each grids with so many buildings."""
    found = [UnitEntry(COUNTY, "石峰区", "区", "", line=1)]

    def add(code: str, name: str, depth: int, parent: str) -> str:
        found.append(UnitEntry(code, name, KINDS[depth], parent, file="f.csv", line=len(found) + 1))
        return code

    for t, communities in enumerate(shape, 1):
        town = add(f"430204{t:03d}000", f"第{t}街道", 1, COUNTY)
        for c, grids in enumerate(communities, 1):
            community = add(f"430204{t:03d}{c:03d}", f"{t}-{c}社区", 2, town)
            for g, buildings in enumerate(grids, 1):
                grid = add(f"{community}{g:03d}", f"第{g}网格", 3, community)
                for b in range(1, buildings + 1):
                    add(f"{grid}{b:03d}", f"{b}栋", 4, grid)
    return found


shapes = st.lists(
    st.lists(st.lists(st.integers(0, 2), min_size=0, max_size=4), min_size=1, max_size=3), min_size=1, max_size=3
)


@dataclass
class Wood:
    """All rows there ever were, as the database would keep them."""

    rows: dict[int, UnitRow] = field(default_factory=dict)
    links: list[tuple[int, int, bool]] = field(default_factory=list)  # former, successor, primary

    @classmethod
    def planted(cls, entries: Iterable[UnitEntry]) -> "Wood":
        wood, ids = cls(), {}
        for id, entry in enumerate(sorted(entries, key=lambda e: (len(e.code.rstrip("0")), e.code)), 1):
            above = wood.rows[ids[entry.parent_code]] if entry.parent_code else None
            ids[entry.code] = id
            wood.rows[id] = UnitRow(
                id,
                entry.code,
                entry.name,
                entry.kind,
                0 if above is None else above.depth + 1,
                None if above is None else above.id,
                f"{'/' if above is None else above.path}{id}/",
                None,
                None,
                SINCE,
                None,
            )
        return wood

    def tree(self, day: dt.date | None = None) -> Tree:
        """The tree of a day, or of now."""
        return Tree.of(
            row
            for row in self.rows.values()
            if (
                row.valid_to is None
                if day is None
                else row.valid_from <= day and (row.valid_to or day) >= day and row.valid_to != day
            )
        )

    def carry_out(self, plan: Plan, day: dt.date) -> list[int]:
        for id in plan.ended:
            self.rows[id] = replace(self.rows[id], valid_to=day)
        ids: list[int] = []
        for begun in plan.begun:
            id = max(self.rows) + 1
            above = self.rows[begun.parent if begun.parent is not None else ids[begun.parent_index or 0]]
            self.rows[id] = UnitRow(
                id,
                begun.code,
                begun.name,
                begun.kind,
                begun.depth,
                above.id,
                f"{above.path}{id}/",
                None,
                None,
                day,
                None,
            )
            self.links += [(origin.former, id, origin.is_primary) for origin in begun.origins]
            ids.append(id)
        return ids
