from jishi.registers.models.imports import ImportRun, RefusedRow, SourceHousehold, SourceMapping
from jishi.registers.models.links import (
    DwellingGrid,
    Home,
    HouseholdGrid,
    InGrid,
    Membership,
    PremisesGrid,
    Stay,
)
from jishi.registers.models.provenance import Provenance
from jishi.registers.models.records import Dwelling, Household, Premises, Registered, Resident

__all__ = [
    "Dwelling",
    "DwellingGrid",
    "Home",
    "Household",
    "HouseholdGrid",
    "ImportRun",
    "InGrid",
    "Membership",
    "Premises",
    "PremisesGrid",
    "Provenance",
    "RefusedRow",
    "Registered",
    "Resident",
    "SourceHousehold",
    "SourceMapping",
    "Stay",
]
