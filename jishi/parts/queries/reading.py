"""Reading components: lists by code, one component with what became of it, what is due for inspection."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.kernel.errors import NotFound
from jishi.parts.models import Component
from jishi.parts.queries.scope import visible
from jishi.parts.rules.codes import COUNTY, LENGTH, SUBCLASS, clean_code
from jishi.parts.rules.given import Body
from jishi.parts.rules.inspections import Condition, Standing, standing
from jishi.territory.queries import subtree_ids

MAX_PAGE = 100
_FIELDS = (
    "id", "code", "subclass_id", "subclass__name", "subclass__major__name", "name", "unit_id", "unit__name", "place",
    "longitude", "latitude", "condition", "inspected_on", "inspect_by",
)  # fmt: skip
_BODIES = tuple(f"{role}{end}" for role in ("authority", "owner", "keeper") for end in ("_id", "__name", "_name"))
_ORIGIN = ("source", "recorded_at", "recorded_by", "subclass__inspection_days", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One line of a list."""

    id: int
    code: str
    subclass_code: str
    subclass_name: str
    class_name: str
    name: str
    unit_id: int
    unit_name: str
    place: str
    longitude: float | None
    latitude: float | None
    condition: Condition
    inspected_on: dt.date | None
    inspect_by: dt.date | None

    @property
    def title(self) -> str:
        return self.name or self.subclass_name

    def standing(self, today: dt.date) -> Standing:
        return standing(self.condition, self.inspect_by, today)


@dataclass(frozen=True, slots=True)
class ComponentDetail:
    """One component with who answers for it and where the record comes from."""

    row: ComponentRow
    authority: Body
    owner: Body
    keeper: Body
    inspection_days: int | None
    source: str
    recorded_at: dt.datetime
    recorded_by: str
    since: dt.date
    until: dt.date | None  # the day it was taken down


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; ``search`` is a code, its beginning, or words of a name or place."""

    class_code: str = ""
    subclass_code: str = ""
    unit_id: int | None = None
    standing: Standing | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """``after`` asks for the next page; empty at the end."""

    rows: tuple[ComponentRow, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Due:
    """Components past their inspection: the longest waiting first, and how many there are."""

    rows: tuple[ComponentRow, ...]
    total: int


def components(viewer: Viewer, wanted: Filter, *, today: dt.date, after: str = "", limit: int = 50) -> Page:
    """Components the viewer may see, by code, from behind the code ``after``."""
    found = _narrowed(visible(viewer), wanted, today).filter(code__gt=after).order_by("code")
    rows = rows_of(found[: min(limit, MAX_PAGE) + 1])
    shown = rows[: min(limit, MAX_PAGE)]
    return Page(shown, shown[-1].code if len(rows) > len(shown) else "")


def count(viewer: Viewer, wanted: Filter, *, today: dt.date) -> int:
    return _narrowed(visible(viewer), wanted, today).count()


def standings(viewer: Viewer, wanted: Filter, *, today: dt.date) -> dict[Standing, int]:
    """How many there are of each standing, whatever standing ``wanted`` names; together all of the list."""
    rows = _narrowed(visible(viewer), replace(wanted, standing=None), today)
    asked = {one: _standing(one, today) for one in (Standing.FAULTY, Standing.DUE)}
    if wanted.search:  # words are looked for in every row: once is enough
        found = rows.aggregate(every=Count("id"), **{one.value: Count("id", filter=asked[one]) for one in asked})
    else:
        found = {"every": rows.count()} | {one.value: rows.filter(asked[one]).count() for one in asked}
    faulty, late = found[Standing.FAULTY.value], found[Standing.DUE.value]
    return {Standing.SOUND: found["every"] - faulty - late, Standing.DUE: late, Standing.FAULTY: faulty}


def _narrowed(rows: QuerySet[Component], wanted: Filter, today: dt.date) -> QuerySet[Component]:
    if wanted.subclass_code:
        rows = rows.filter(subclass=wanted.subclass_code)
    elif wanted.class_code:
        rows = rows.filter(subclass__gte=f"{wanted.class_code}00", subclass__lte=f"{wanted.class_code}99")
    if wanted.unit_id is not None:
        rows = rows.filter(unit__in=subtree_ids(wanted.unit_id))
    if wanted.standing is not None:
        rows = rows.filter(_standing(wanted.standing, today))
    code = clean_code(wanted.search)
    if code.isascii() and code.isdigit() and len(code) > COUNTY:
        return rows.filter(code__range=_beginning(code))
    for word in wanted.search.split():
        rows = rows.filter(Q(name__contains=word) | Q(place__contains=word) | Q(code__contains=word))
    return rows


def _beginning(code: str) -> tuple[str, str]:
    """The lowest and the highest code that begin so: a range of the index on every database."""
    return code.ljust(LENGTH, "0"), code.ljust(LENGTH, "9")


def _standing(wanted: Standing, today: dt.date) -> Q:
    sound, late = Q(condition=Condition.SOUND.value), Q(inspect_by__lt=today)
    return {
        Standing.FAULTY: Q(condition=Condition.FAULTY.value),
        Standing.DUE: sound & late,
        Standing.SOUND: sound & (Q(inspect_by__isnull=True) | Q(inspect_by__gte=today)),
    }[wanted]


def rows_of(found: QuerySet[Component]) -> tuple[ComponentRow, ...]:
    """The rows of a query set as plain data, in its order."""
    return tuple(_row(values) for values in found.values_list(*_FIELDS))


def _row(values: Sequence[Any]) -> ComponentRow:
    return ComponentRow(*(*values[:11], Condition(values[11]), *values[12:]))


def component(viewer: Viewer, code: str, *, has_matter: bool = False) -> ComponentDetail:
    """One component, also one that was taken down; with ``has_matter`` also outside the viewer's scope, for whoever
    handles a matter about it.

    Raises NotFound for an unknown code and for a component the viewer may not see, alike.
    """
    rows = Component.objects.all() if has_matter else visible(viewer, of_any_day=True)
    found = rows.filter(code=clean_code(code)).values(*_FIELDS, *_BODIES, *_ORIGIN).first()
    if found is None:
        raise NotFound("没有找到这个部件，或不在您的查看范围内")
    return _detail(found)


def details(
    viewer: Viewer, wanted: Filter, *, today: dt.date, after: str = "", limit: int = 50
) -> tuple[ComponentDetail, ...]:
    """As ``components``, with everything that is known of each; for lists that are taken out."""
    found = _narrowed(visible(viewer), wanted, today).filter(code__gt=after).order_by("code")
    return tuple(_detail(values) for values in found.values(*_FIELDS, *_BODIES, *_ORIGIN)[:limit])


def _detail(found: Mapping[str, Any]) -> ComponentDetail:
    authority, owner, keeper = (
        Body(found[f"{role}_id"], found[f"{role}__name"] or found[f"{role}_name"])
        for role in ("authority", "owner", "keeper")
    )
    return ComponentDetail(
        row=_row([found[name] for name in _FIELDS]),
        authority=authority,
        owner=owner,
        keeper=keeper,
        inspection_days=found["subclass__inspection_days"],
        source=found["source"],
        recorded_at=found["recorded_at"],
        recorded_by=found["recorded_by"],
        since=found["valid_from"],
        until=found["valid_to"],
    )


def due(viewer: Viewer, *, today: dt.date, limit: int) -> Due:
    """Components this viewer has to inspect: past their day, in the areas of postings that inspect."""
    late = _late(viewer, today)
    rows = rows_of(late.order_by("inspect_by", "code")[:limit])
    return Due(rows, late.count() if len(rows) == limit else len(rows))


def due_count(viewer: Viewer, *, today: dt.date) -> int:
    """How many components this viewer has to inspect."""
    return _late(viewer, today).count() if viewer.may(Permission.INSPECT_PARTS) else 0


def _late(viewer: Viewer, today: dt.date) -> QuerySet[Component]:
    return visible(viewer, Permission.INSPECT_PARTS).filter(_standing(Standing.DUE, today))


def may_inspect(viewer: Viewer, code: str) -> bool:
    return visible(viewer, Permission.INSPECT_PARTS).filter(code=code).exists()


def is_known(viewer: Viewer, code: str) -> bool:
    """Whether the viewer may see a component with this code, also one that was taken down."""
    return visible(viewer, of_any_day=True).filter(code=code).exists()


def may_enter(viewer: Viewer) -> bool:
    """Whether the viewer enters components at all: somewhere, or in the own area."""
    return viewer.may(Permission.MANAGE_PLACE) or viewer.may(Permission.INSPECT_PARTS)


def fingerprints(codes: Iterable[str]) -> dict[str, str]:
    """Of the codes that were ever given: by which row of a file the component came in; empty for another way."""
    return dict(Component.objects.filter(code__in=list(codes)).values_list("code", "fingerprint"))


def last_serial(county: str, subclass_code: str) -> int:
    """The highest number given in a sub-class; 0 before the first."""
    given = Component.objects.filter(code__range=_beginning(f"{county}{subclass_code}"))
    last = given.aggregate(last=Max("code"))["last"]
    return int(last[COUNTY + SUBCLASS :]) if last is not None else 0


def figures(viewer: Viewer) -> dict[str, int]:
    """How many live components each sub-class has among those the viewer may see, by its code."""
    rows = visible(viewer).values_list("subclass_id").order_by()
    return dict(rows.annotate(Count("id")))
