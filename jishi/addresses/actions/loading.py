"""Many addresses at once, from a file: all or none, each line with everything above it that is not there yet."""

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.actions.ledger import check_manages
from jishi.addresses.actions.lives import Draw
from jishi.addresses.models import Address, Alias, Gram
from jishi.addresses.rules.codes import RANDOM_RANGE, make_code
from jishi.addresses.rules.entries import Entry, Named, check_entry
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.naming import AliasKind, grams, key_of
from jishi.audit.actions import record
from jishi.territory.queries import UnitRow, tree
from jishi.territory.rules.loading import Counts, refuse_if_any

_BATCH = 2_000
_COMMUNITY = 2  # roads of a community are its own, whichever of its grids a line names
Key = tuple[int, Level, str]  # below which address (negative: at the top of which community), level, name


@dataclass(slots=True)
class _Book:
    """What is there already and what a file adds."""

    day: dt.date
    known: dict[Key, Address]
    fresh: list[Address] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    named: dict[tuple[int, str], None] = field(default_factory=dict)


@transaction.atomic
def load(*, entries: Sequence[Entry], by: Viewer, now: dt.datetime, draw: Draw = secrets.randbelow) -> Counts:
    """Add the addresses of a file that are not there yet, with their other names.

    Nothing that is there is changed: an address differs from another by its name, so a changed name cannot be told
    from a new door. Raises LoadRefused with every bad line; then nothing is added.
    """
    from jishi.orm.bulk import take_ids  # heavy, and needed only when files come in

    check_manages(by)
    codes = tree().by_code
    refuse_if_any(problem for entry in entries for problem in check_entry(entry, codes))
    book = _open_book({codes[entry.unit_code] for entry in entries}, localdate(now))
    ids = iter(take_ids(Address, sum(len(entry.names) for entry in entries)))
    unchanged = sum(not _enter(entry, codes[entry.unit_code], book, ids) for entry in entries)
    _give_codes(book.fresh, draw)
    Address.objects.bulk_create(book.fresh, batch_size=_BATCH)
    Alias.objects.bulk_create(book.aliases, batch_size=_BATCH)
    _index(book)
    counts = Counts(new=len(book.fresh), unchanged=unchanged)
    if counts.anything_happened or book.aliases:
        _record(counts, len(entries), by, now)
    return counts


def _open_book(units: Iterable[UnitRow], day: dt.date) -> _Book:
    """The live addresses around the units of a file: those of their communities, and roads that run through."""
    inside = {below.id for unit in units for below in tree().subtree(_top(unit).id)}
    through = {id for unit in units for id in unit.line}
    rows = Address.objects.filter(unit_id__in=inside | through, valid_to__isnull=True)
    held = tree().by_id
    known = {(row.parent_id or -_top(held[row.unit_id]).id, Level(row.level), row.name): row for row in rows}
    named = Alias.objects.filter(address__in=rows, valid_to__isnull=True).values_list("address_id", "name")
    return _Book(day, known, named=dict.fromkeys(named))


def _top(unit: UnitRow) -> UnitRow:
    """The community a unit lies in, or the unit itself if it is none and lies in none."""
    return tree().by_id[unit.line[min(_COMMUNITY, unit.depth)]]


def _enter(entry: Entry, unit: UnitRow, book: _Book, ids: Iterable[int]) -> bool:
    """Whether the line said anything new."""
    above: Address | None = None
    new = False
    for level, name in entry.names:
        # At the top a road may run through: then it lies in what holds all its communities.
        places = [above.pk] if above is not None else [-id for id in reversed(_top(unit).line)]
        found = next((book.known[place, level, name] for place in places if (place, level, name) in book.known), None)
        if found is None:
            found = book.known[places[0], level, name] = _fresh(next(iter(ids)), (level, name), above, unit, book.day)
            book.fresh.append(found)
            new = True
            if level is entry.names[-1][0] and entry.point is not None:
                found.longitude, found.latitude = entry.point
        above = found
    assert above is not None
    for kind, names in ((AliasKind.EVERYDAY, entry.everyday), (AliasKind.FORMER, entry.former)):
        for name in names:
            if name != above.name and (above.pk, name) not in book.named:
                book.named[above.pk, name] = None
                book.aliases.append(Alias(address_id=above.pk, name=name, kind=kind.value, valid_from=book.day))
                new = True
    return new


def _fresh(id: int, named: Named, above: Address | None, unit: UnitRow, day: dt.date) -> Address:
    level, name = named
    return Address(
        id=id,
        parent_id=above.pk if above is not None else None,
        level=level.value,
        name=name,
        key=key_of(name),
        full_name=f"{above.full_name if above is not None else ''}{name}",
        path=f"{above.path if above is not None else '/'}{id}/",
        unit_id=_top(unit).id if level.is_place_name else unit.id,
        valid_from=day,
    )


def _give_codes(rows: Iterable[Address], draw: Draw) -> None:
    """A code nobody ever had for each address from the door down."""
    coded = [row for row in rows if Level(row.level).has_code]
    taken: set[str] = set()
    while coded:
        for row in coded:
            code = make_code(draw(RANDOM_RANGE))
            while code in taken:
                code = make_code(draw(RANDOM_RANGE))
            row.code = code
            taken.add(code)
        given = _given_before([row.code for row in coded if row.code])
        coded = [row for row in coded if row.code in given]


def _given_before(codes: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(codes), _BATCH):
        used = Address.objects.filter(code__in=codes[start : start + _BATCH])
        found.update(code for code in used.values_list("code", flat=True) if code)
    return found


def _index(book: _Book) -> None:
    """The pieces by which the new names are found; an address that got another name has some already."""
    names: dict[int, list[str]] = {row.pk: [row.name] for row in book.fresh}
    for alias in book.aliases:
        names.setdefault(alias.address_id, []).append(alias.name)
    rows = (Gram(text=text, address_id=id) for id, known in names.items() for text in sorted(grams(known)))
    Gram.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)


def _record(counts: Counts, lines: int, by: Viewer, now: dt.datetime) -> None:
    record(
        stream="addresses",
        actor_id=by.person_id or None,
        actor=by.name,
        action="addresses_load",
        subject=f"{lines}行地址",
        facts={"new": counts.new, "unchanged": counts.unchanged},
        at=now,
    )
