"""Loading a place template and a list of units."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jishi.kernel.canonical import canonical, digest
from jishi.kernel.errors import Conflict, Invalid
from jishi.territory.actions.changes import Follow, rename_unit
from jishi.territory.actions.ledger import day_of, fresh_tree, tree_to_change, written
from jishi.territory.models import PlaceVersion, Unit
from jishi.territory.queries import Tree
from jishi.territory.rules.actors import Actor
from jishi.territory.rules.levels import ladder_of
from jishi.territory.rules.loading import Counts, refuse_if_any
from jishi.territory.rules.tree import UnitEntry, UnitRow, check_rows, standing_of


@dataclass(frozen=True, slots=True)
class LoadedUnits:
    """How many units a load began or changed, and who follows whom where one was renamed."""

    counts: Counts
    follows: tuple[Follow, ...] = ()


@transaction.atomic
def load_place(*, content: Mapping[str, Any], by: Actor, now: dt.datetime) -> bool:
    """Put a checked template in force as a new version; False if it equals the one in force.

    ``content`` needs at least key, name, county_code, number_prefix, center, levels and ladder. Raises Conflict for
    another county than the one this system runs.
    """
    held = dict(content)
    fingerprint = digest(canonical(held))
    current = PlaceVersion.objects.order_by("-id").first()
    if current is not None and current.digest == fingerprint:
        return False
    if current is not None and current.county_code != held["county_code"]:
        raise Conflict(f"本系统已用于{current.name}，一套系统只管一个县；{held['name']}请另行部署。")
    version = PlaceVersion.objects.create(
        key=held["key"],
        name=held["name"],
        county_code=held["county_code"],
        content=held,
        digest=fingerprint,
        at=now,
        by=by.name[:120],
    )
    written(
        stream="place",
        action="place_load",
        subject=held["name"],
        facts={"version": version.pk, "digest": fingerprint},
        by=by,
        now=now,
    )
    return True


@transaction.atomic
def load_units(
    *, entries: Sequence[UnitEntry], by: Actor, now: dt.datetime, since: dt.date | None = None
) -> LoadedUnits:
    """Begin the units that are not there yet and rename those that are called differently now.

    All or nothing: raises LoadRefused with every bad line, and then nothing of the file is loaded. Units the file
    does not name stay as they are, and so do those of which it says what held before a change: a file from before a
    split does not undo it. New units hold from ``since``, without it from the day of ``now``. A place must be loaded
    before.
    """
    version = PlaceVersion.objects.order_by("-id").first()
    if version is None:
        raise Invalid("请先装载地方模板，再装载治理单元。")
    tree = tree_to_change()
    fresh = _without_the_past(entries, tree)
    placed, problems = check_rows(fresh, ladder_of(version.content), standing_of(tree))
    refuse_if_any(problems)
    new = [(depth, entry) for depth, entry in placed if entry.code not in tree.by_code]
    begun = _begin(new, tree, since or day_of(now))
    changed, follows = _follow_names([e for _, e in placed if e.code in tree.by_code], tree, by, now)
    if new or changed:
        written(
            stream="place",
            action="units_load",
            subject=version.name,
            facts={"new": sorted(begun), "changed": changed},
            by=by,
            now=now,
        )
    return LoadedUnits(Counts(len(new), changed, len(entries) - len(new) - changed), tuple(follows))


def _without_the_past(entries: Sequence[UnitEntry], tree: Tree) -> list[UnitEntry]:
    """The entries without those that say of a unit what held until a change ended it, and holds no more."""
    rows = Unit.objects.filter(valid_to__isnull=False)
    past = set(rows.values_list("code", "name", "kind", "parent__code"))
    parents = {unit.id: unit.code for unit in tree}
    past -= {(unit.code, unit.name, unit.kind, parents.get(unit.parent_id or 0)) for unit in tree}
    gone = {code for code, *_ in past if code not in tree.by_code}
    return [
        entry
        for entry in entries
        if entry.code not in gone and (entry.code, entry.name, entry.kind, entry.parent_code or None) not in past
    ]


def _begin(new: Sequence[tuple[int, UnitEntry]], tree: Tree, since: dt.date) -> list[str]:
    """Writes new units level by level: a path needs the parent's, and the unit's own number."""
    places = {unit.code: (unit.id, unit.path) for unit in tree}
    for level in sorted({depth for depth, _ in new}):
        rows = [
            Unit(
                code=entry.code,
                name=entry.name,
                kind=entry.kind,
                depth=depth,
                parent_id=places[entry.parent_code][0] if depth else None,
                longitude=entry.longitude,
                latitude=entry.latitude,
                valid_from=since,
            )
            for depth, entry in new
            if depth == level
        ]
        parents = [places[entry.parent_code][1] if depth else "/" for depth, entry in new if depth == level]
        for row, above in zip(Unit.objects.bulk_create(rows), parents, strict=True):
            row.path = f"{above}{row.pk}/"
            places[row.code] = (row.pk, row.path)
        Unit.objects.bulk_update(rows, ["path"], batch_size=200)
    return [entry.code for _, entry in new]


def _follow_names(entries: Sequence[UnitEntry], tree: Tree, by: Actor, now: dt.datetime) -> tuple[int, list[Follow]]:
    """Renames what is called differently; ids below a renamed unit are new, so each is looked up by its code."""
    changed = 0
    follows: list[Follow] = []
    for entry in entries:
        unit = tree.by_code[entry.code]
        if (entry.name, entry.kind) != (unit.name, unit.kind):
            done = rename_unit(unit_id=unit.id, name=entry.name, kind=entry.kind, by=by, now=now)
            follows += done.follows
            tree = fresh_tree()
            unit = tree.by_code[entry.code]
            changed += 1
        if _moves_label(entry, unit):
            Unit.objects.filter(pk=unit.id).update(longitude=entry.longitude, latitude=entry.latitude)
            changed += 1
    return changed, follows


def _moves_label(entry: UnitEntry, unit: UnitRow) -> bool:
    """A label's place is no fact about the unit and is corrected where it stands; none in the file says nothing."""
    if entry.longitude is None:
        return False
    return (entry.longitude, entry.latitude) != (unit.longitude, unit.latitude)
