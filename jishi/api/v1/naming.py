"""Names beside ids, without a query a row: from the tree and the bodies kept in the process."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from jishi.matters.rules.stages import LABELS
from jishi.organizations.queries import name_on_record, organization
from jishi.territory.queries import tree as tree_of_today
from jishi.territory.queries import unit_on_record

STAGE_LABELS: Mapping[str, str] = {stage.value: label for stage, label in LABELS.items()}


def unit_name(unit_id: int) -> str:
    found = tree_of_today().by_id.get(unit_id)
    return found.name if found is not None else _ended_unit_name(unit_id)


# A unit or body that has ended keeps its name for ever, so that asking once is enough.
@lru_cache(maxsize=4096)
def _ended_unit_name(unit_id: int) -> str:
    found = unit_on_record(unit_id)
    return found.name if found is not None else ""


def body_name(organization_id: int | None) -> str:
    if organization_id is None:
        return ""
    found = organization(organization_id)
    return found.name if found is not None else _ended_body_name(organization_id)


@lru_cache(maxsize=1024)
def _ended_body_name(organization_id: int) -> str:
    return name_on_record(organization_id)


def forget_cache() -> None:
    """Names are asked anew: ids mean something else in another database."""
    _ended_unit_name.cache_clear()
    _ended_body_name.cache_clear()


def named(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Worklist rows as ``MatterRow`` says: with names, without our own ids."""
    units = tree_of_today().by_id
    found = []
    for row in rows:
        line = dict(row)
        del line["id"]
        line["stage_label"] = STAGE_LABELS[line["stage"]]
        unit = units.get(line["unit_id"])
        line["unit_name"] = unit.name if unit is not None else _ended_unit_name(line["unit_id"])
        line["responsible_name"] = body_name(line["responsible_id"])
        line["lead_name"] = body_name(line["lead_id"])
        found.append(line)
    return found
