"""Reading plans and exceptions."""

from jishi.planning.queries.exceptions import ExceptionRow, exceptions
from jishi.planning.queries.plans import cells, grids_of, latest, may_see, open_plans, plan, proposal

__all__ = [
    "ExceptionRow",
    "cells",
    "exceptions",
    "grids_of",
    "latest",
    "may_see",
    "open_plans",
    "plan",
    "proposal",
]
