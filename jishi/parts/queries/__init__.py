"""Reading the catalogue and the components, always scoped to a viewer."""

from jishi.parts.queries.catalogue import SubclassRow, subclass, subclasses
from jishi.parts.queries.history import (
    EarlierPlace,
    HappeningRow,
    InspectionRow,
    earlier_places,
    happenings,
    inspections,
)
from jishi.parts.queries.nearby import Near, near, standing_in
from jishi.parts.queries.reading import (
    ComponentDetail,
    ComponentRow,
    Due,
    Filter,
    Page,
    component,
    components,
    count,
    due,
    due_count,
    figures,
    fingerprints,
    last_serial,
    may_inspect,
    standings,
)

__all__ = [
    "ComponentDetail",
    "ComponentRow",
    "Due",
    "EarlierPlace",
    "Filter",
    "HappeningRow",
    "InspectionRow",
    "Near",
    "Page",
    "SubclassRow",
    "component",
    "components",
    "count",
    "due",
    "due_count",
    "earlier_places",
    "figures",
    "fingerprints",
    "happenings",
    "inspections",
    "last_serial",
    "may_inspect",
    "near",
    "standing_in",
    "standings",
    "subclass",
    "subclasses",
]
