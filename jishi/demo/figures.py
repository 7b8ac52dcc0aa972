"""The seed's figures beside what was built (C97)."""

from dataclasses import dataclass

from jishi.territory.queries import units


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of section 3 of the requirements: what the source says and what the demo holds."""

    clause: str
    what: str
    seed: int
    built: int

    @property
    def same(self) -> bool:
        return self.seed == self.built


TOWNS, COMMUNITIES, GRIDS = 8, 68, 321  # 001-17: 8个镇(街)、68个社区(村)、321个网格


def figures() -> tuple[Figure, ...]:
    """What the source report says of 石峰区 and what is in the database."""
    levels = (("镇街", TOWNS, 1), ("社区（村）", COMMUNITIES, 2), ("网格", GRIDS, 3))
    return tuple(Figure("001-17", what, seed, len(units(depth))) for what, seed, depth in levels)
