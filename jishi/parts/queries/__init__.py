"""Reading the catalogue and the components, always scoped to a viewer."""

from jishi.parts.queries.catalogue import SubclassRow, subclass, subclasses
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
    earlier_places,
    figures,
    fingerprints,
    inspections,
    last_serial,
    may_inspect,
)

__all__ = [
    "ComponentDetail",
    "ComponentRow",
    "Due",
    "Filter",
    "Page",
    "SubclassRow",
    "component",
    "components",
    "count",
    "due",
    "earlier_places",
    "figures",
    "fingerprints",
    "inspections",
    "last_serial",
    "may_inspect",
    "subclass",
    "subclasses",
]
