"""Reading the menus of services. They are public: anybody may know who offers what, and for how much."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jishi.accounts.queries import phones_of, staff_of
from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.orders.models import ServiceOffer
from jishi.orders.rules.facts import OfferFacts
from jishi.orders.rules.vocabulary import ServiceKind
from jishi.orders.rules.words import digits_of
from jishi.organizations.queries import organization
from jishi.territory.queries import unit_at


@dataclass(frozen=True, slots=True)
class OfferRow:
    """A service on offer today. ``taken`` orders of at most ``at_once`` are being served."""

    id: int
    organization_id: int
    organization_name: str
    area_id: int
    area_name: str
    area_path: str  # of today's unit
    kind: ServiceKind
    name: str
    what: str
    price_fen: int
    price_note: str
    at_once: int
    per_day: int
    taken: int
    since: dt.date

    @property
    def full(self) -> bool:
        return self.taken >= self.at_once


_PLAIN = ("id", "organization_id", "name", "what", "price_fen", "price_note", "at_once", "per_day", "taken")
_FIELDS = (*_PLAIN, "area__path", "kind", "valid_from")


def _rows(found: Iterable[dict[str, Any]]) -> tuple[OfferRow, ...]:
    """Those of live units; the order is by kind, then free before dear."""
    rows = []
    for row in found:
        body, area = organization(row["organization_id"]), unit_at(row["area__path"])
        if body is not None:
            plain = {name: row[name] for name in _PLAIN}
            rows.append(
                OfferRow(
                    **plain,
                    organization_name=body.name,
                    area_id=area.id,
                    area_name=area.name,
                    area_path=area.path,
                    kind=ServiceKind(row["kind"]),
                    since=row["valid_from"],
                )
            )
    return tuple(sorted(rows, key=lambda row: (list(ServiceKind).index(row.kind), row.price_fen, row.name, row.id)))


def offers(path: str = "") -> tuple[OfferRow, ...]:
    """Everything on offer today, or what reaches the unit at the end of ``path``."""
    live = _rows(ServiceOffer.objects.filter(valid_to__isnull=True).values(*_FIELDS))
    return tuple(row for row in live if path.startswith(row.area_path)) if path else live


def offer(offer_id: int) -> OfferRow | None:
    """One service of today."""
    found = _rows(ServiceOffer.objects.filter(pk=offer_id, valid_to__isnull=True).values(*_FIELDS))
    return found[0] if found else None


def menu(viewer: Viewer) -> tuple[OfferRow, ...]:
    """What the viewer's own units offer."""
    own = own_organizations(viewer)
    return _rows(ServiceOffer.objects.filter(organization__in=own, valid_to__isnull=True).values(*_FIELDS))


def own_organizations(viewer: Viewer) -> list[int]:
    """The units for which the viewer takes orders and keeps the menu."""
    granted = (grant.organization_id for grant in viewer.having(Permission.TAKE_ORDERS))
    return sorted({one for one in granted if one is not None})


def facts_of_offer(row: OfferRow, today: dt.date) -> OfferFacts:
    """The service with whose people and numbers must not order it."""
    staff = staff_of(row.organization_id, today)
    phones = frozenset(filter(None, map(digits_of, phones_of(staff))))
    return OfferFacts(
        id=row.id,
        organization_id=row.organization_id,
        organization_name=row.organization_name,
        area_path=row.area_path,
        kind=row.kind,
        name=row.name,
        price_fen=row.price_fen,
        staff_ids=frozenset(staff),
        staff_phones=phones,
    )
