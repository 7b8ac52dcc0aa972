"""The people of the viewer's area as one long list, for taking it out of the house."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.registers.models import Home, HouseholdGrid, Membership, Resident, Stay
from jishi.registers.queries.scope import records, unit_ids, within
from jishi.registers.rules.fields import FIELDS, as_text
from jishi.registers.rules.masking import masked
from jishi.registers.rules.vocabulary import RecordKind, Relation, Source, StayKind
from jishi.territory.queries import tree

EXPORT = Permission.EXPORT_REGISTER
_AT_ONCE = 5_000
_OWN = (
    "name", "former_name", "sex", "birth_date", "document_kind", "document_number", "phone", "second_phone",
    "registered_place",
)  # fmt: skip
COLUMNS = (
    "户编号", "与户主关系", "姓名", "曾用名", "性别", "出生日期", "证件类型", "证件号码", "联系电话", "备用电话",
    "户籍地详址", "居住类型", "门牌", "社区", "网格", "核实日期", "来源", "来源说明",
)  # fmt: skip


def listed(viewer: Viewer, unit_id: int | None = None) -> Iterator[list[str]]:
    """Rows of COLUMNS in the words of the register, documents and phones masked, by household."""
    if viewer is not SYSTEM:
        viewer.check(EXPORT)
    units = within(unit_ids(viewer, EXPORT), unit_id)
    live = {"valid_to__isnull": True}
    member = Membership.objects.filter(**live, resident=OuterRef("pk"))
    household = member.values("household_id")[:1]
    rows = records(RecordKind.RESIDENT, units).annotate(
        household_id=Subquery(household), relation=Subquery(member.values("relation")[:1])
    )
    ids = list(rows.order_by("household_id", "pk").values_list("pk", "household_id", "relation"))
    for start in range(0, len(ids), _AT_ONCE):
        yield from _part(ids[start : start + _AT_ONCE])


def count(viewer: Viewer, unit_id: int | None = None) -> int:
    """How many people such a list holds."""
    if viewer is not SYSTEM:
        viewer.check(EXPORT)
    return records(RecordKind.RESIDENT, within(unit_ids(viewer, EXPORT), unit_id)).count()


def _part(ids: list[tuple[int, int | None, str | None]]) -> Iterator[list[str]]:
    people = Resident.objects.in_bulk([id for id, _, _ in ids])
    households = {household for _, household, _ in ids if household is not None}
    live = {"valid_to__isnull": True}
    grids = HouseholdGrid.objects.filter(**live, household__in=households)
    placed = {row[0]: row[1:] for row in grids.values_list("household_id", "unit_id", "household__number")}
    homes = dict(Home.objects.filter(**live, household__in=households).values_list("household_id", "dwelling__door"))
    stays: dict[int, list[tuple[str, str]]] = {}
    for resident, kind, door in Stay.objects.filter(**live, resident__in=people).values_list(
        "resident_id", "kind", "dwelling__door"
    ):
        stays.setdefault(resident, []).append((StayKind(kind).label, door))
    for id, household, relation in ids:
        unit_id, number = placed.get(household or 0, (None, ""))
        said = stays.get(id, [])
        door = homes.get(household or 0) or next((door for _, door in said), "")
        words = "、".join(dict.fromkeys(kind for kind, _ in said))
        told = Relation(relation).label if relation else ""
        yield [number, told, *_own(people[id]), words, door, *_where(unit_id), *_origin(people[id])]


def _own(person: Resident) -> list[str]:
    fields = FIELDS[RecordKind.RESIDENT]
    return [masked(name, fields[name].words(as_text(getattr(person, name)))) for name in _OWN]


def _where(unit_id: int | None) -> tuple[str, str]:
    """Community and grid."""
    unit = tree().by_id.get(unit_id or 0)
    if unit is None:
        return "", ""
    upper = tree().by_id.get(unit.parent_id or 0)
    return (upper.name if upper is not None else "", unit.name) if unit.depth > 2 else (unit.name, "")


def _origin(person: Resident) -> tuple[str, str, str]:
    return person.verified_on.isoformat(), Source(person.source).label, person.source_note
