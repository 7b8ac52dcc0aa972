"""Writing the register of components: the catalogue, the life of a component, inspections, changes of units."""

from jishi.parts.actions.catalogue import load_catalogue
from jishi.parts.actions.entering import add_components, register
from jishi.parts.actions.faults import follow_matter
from jishi.parts.actions.following import follow_ended_units, follow_units
from jishi.parts.actions.inspecting import inspect
from jishi.parts.actions.ledger import note_export
from jishi.parts.actions.lives import change, correct_condition, retire

__all__ = [
    "add_components",
    "change",
    "correct_condition",
    "follow_ended_units",
    "follow_matter",
    "follow_units",
    "inspect",
    "load_catalogue",
    "note_export",
    "register",
    "retire",
]
