"""Reading the bodies. They are public facts: everybody may know which office answers for what."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from jishi.kernel.errors import NotFound
from jishi.organizations.models import Organization
from jishi.organizations.rules.bodies import Kind
from jishi.orm.kept import shelf
from jishi.territory.queries import UnitRow, tree


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """A body as it is today, with where it is located."""

    id: int
    code: str
    name: str
    short_name: str
    kind: str
    unit_id: int
    unit_name: str
    unit_path: str
    unit_depth: int
    superior_id: int | None
    phone: str

    @property
    def kind_label(self) -> str:
        return Kind(self.kind).label


_FIELDS = (
    "id",
    "code",
    "name",
    "short_name",
    "kind",
    "unit_id",
    "unit__name",
    "unit__path",
    "unit__depth",
    "superior_id",
    "phone",
)
# Where bodies are offered for choice: those with a duty of their own first.
_ORDER = (Kind.DEPARTMENT, Kind.UTILITY, Kind.TOWN_OFFICE, Kind.COMMUNITY_OFFICE, Kind.CENTRE)


@dataclass(frozen=True)
class Bodies:
    """All bodies of today."""

    by_id: Mapping[int, OrganizationRow]

    @cached_property
    def by_code(self) -> dict[str, OrganizationRow]:
        return {body.code: body for body in self.by_id.values()}

    @cached_property
    def at(self) -> dict[tuple[str, int], OrganizationRow]:
        """By kind and unit; of several of one kind at one unit the first by code."""
        found: dict[tuple[str, int], OrganizationRow] = {}
        for body in sorted(self.by_id.values(), key=lambda body: body.code):
            found.setdefault((body.kind, body.unit_id), body)
        return found


def _read() -> Bodies:
    rows = Organization.objects.filter(valid_to__isnull=True).order_by("code").values_list(*_FIELDS)
    return Bodies({row[0]: OrganizationRow(*row) for row in rows})


# A body keeps its row when its name or number changes; the revision tells that.
_bodies = shelf.keep(
    "SELECT COALESCE(MAX(id), 0) || ':' || COUNT(valid_to) || ':' || COALESCE(MAX(revision), 0)"
    " FROM organizations_organization",
    _read,
)


def forget_cache() -> None:
    """Everything is read anew at the next question."""
    _bodies.forget()


def organization(organization_id: int) -> OrganizationRow | None:
    """A body of today; None if there is none with this id or it has ended."""
    return _bodies.get().by_id.get(organization_id)


def read_organization(organization_id: int) -> OrganizationRow | None:
    """A live body as this transaction sees it, read from the database."""
    row = Organization.objects.filter(pk=organization_id, valid_to__isnull=True).values_list(*_FIELDS).first()
    return OrganizationRow(*row) if row is not None else None


def name_on_record(organization_id: int) -> str:
    """The name of a body of any day; raises NotFound."""
    found = organization(organization_id)
    if found is not None:
        return found.name
    name = Organization.objects.filter(pk=organization_id).values_list("name", flat=True).first()
    if name is None:
        raise NotFound("没有这个单位。")
    return name


def code_on_record(organization_id: int) -> str:
    """The code of a body of any day; raises NotFound."""
    code = Organization.objects.filter(pk=organization_id).values_list("code", flat=True).first()
    if code is None:
        raise NotFound("没有这个单位。")
    return code


def by_code(code: str) -> OrganizationRow | None:
    return _bodies.get().by_code.get(code)


def dispatchable(kind: str = "") -> tuple[OrganizationRow, ...]:
    """Every body a matter can be sent to today, of one kind or all: departments first, then by place and code."""
    found = [body for body in _bodies.get().by_id.values() if kind in ("", body.kind)]
    return tuple(sorted(found, key=lambda body: (_ORDER.index(Kind(body.kind)), body.unit_depth, body.code)))


def search(text: str, *, limit: int = 20) -> tuple[OrganizationRow, ...]:
    """Bodies whose name, short name or code has the text in it; those that begin with it first."""
    wanted = text.strip().lower()
    hits = [
        body
        for body in dispatchable()
        if wanted in body.name.lower() or wanted in body.short_name.lower() or wanted in body.code.lower()
    ]
    hits.sort(key=lambda body: not (body.name.startswith(wanted) or body.short_name.startswith(wanted)))
    return tuple(hits[:limit])


def nearest(kind: str, unit: UnitRow) -> OrganizationRow | None:
    """The body of a kind located in the unit, or else in the nearest unit above it that has one."""
    at = _bodies.get().at
    return next((at[kind, id] for id in reversed(unit.line) if (kind, id) in at), None)


def centre_for(unit: UnitRow) -> OrganizationRow:
    """The grid centre that answers for a place: its own, or the nearest upward. Raises NotFound if there is none."""
    found = nearest(Kind.CENTRE, unit)
    if found is None:
        raise NotFound("还没有设立网格中心，请管理员先装载组织机构。")
    return found


def community_office_for(unit: UnitRow) -> OrganizationRow | None:
    """The office of the community a place lies in; None above the communities."""
    return nearest(Kind.COMMUNITY_OFFICE, unit)


def within(unit: UnitRow) -> tuple[OrganizationRow, ...]:
    """The bodies located in a unit or below it."""
    return tuple(body for body in dispatchable() if body.unit_path.startswith(unit.path))


def superior_of(body: OrganizationRow) -> OrganizationRow | None:
    """Who stands above a body when something must rise: its named superior, else the county's grid centre."""
    named = organization(body.superior_id) if body.superior_id is not None else None
    if named is not None:
        return named
    county = tree().county
    centre = nearest(Kind.CENTRE, county) if county is not None else None
    return centre if centre is not None and centre.id != body.id else None
