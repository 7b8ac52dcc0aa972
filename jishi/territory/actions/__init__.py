"""Changing the place: its template, its units and their ground. Everything is dated and leaves an audit line."""

from jishi.territory.actions.changes import (
    Changed,
    Follow,
    merge_units,
    move_unit,
    redraw_units,
    rename_unit,
    split_unit,
)
from jishi.territory.actions.grounds import draw_sketches, set_boundary
from jishi.territory.actions.place import LoadedUnits, load_place, load_units

__all__ = [
    "Changed",
    "Follow",
    "LoadedUnits",
    "draw_sketches",
    "load_place",
    "load_units",
    "merge_units",
    "move_unit",
    "redraw_units",
    "rename_unit",
    "set_boundary",
    "split_unit",
]
