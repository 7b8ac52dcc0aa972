"""How audit entries are chained and how chains are checked: pure, so that anybody can check an export."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from jishi.kernel.canonical import canonical, digest

GENESIS = ""  # what the first entry of a stream, and the first seal, name as their predecessor


class Fault(StrEnum):
    """What can be wrong with the record."""

    ALTERED = "altered"
    MISSING = "missing"
    FORKED = "forked"
    UNLINKED = "unlinked"
    SEAL_ALTERED = "seal_altered"
    SEAL_UNLINKED = "seal_unlinked"
    SEAL_MISMATCH = "seal_mismatch"
    SEAL_GONE = "seal_gone"


@dataclass(frozen=True, slots=True)
class Break:
    """One place where the record is not what was written."""

    fault: Fault
    where: str  # "matter:12 #3" or "封印 5"
    says: str  # a sentence for the auditor


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as stored."""

    id: int
    stream: str
    seq: int
    at: dt.datetime
    actor_id: int | None
    actor: str
    action: str
    subject: str
    facts: str
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class SealLine:
    """One seal as stored."""

    id: int
    at: dt.datetime
    first_entry: int
    last_entry: int
    count: int
    previous: str
    digest: str


def _instant(moment: dt.datetime) -> str:
    """A moment as text that does not depend on the zone it is given in."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def entry_digest(
    *,
    stream: str,
    seq: int,
    at: dt.datetime,
    actor_id: int | None,
    actor: str,
    action: str,
    subject: str,
    facts: str,
    previous: str,
) -> str:
    """The fingerprint of an entry: over everything it says and the fingerprint of the one before it."""
    return digest(canonical([stream, seq, _instant(at), actor_id, actor, action, subject, facts, previous]))


class Bundle:
    """The entries under one seal, taken in one by one in the order of their ids."""

    def __init__(self) -> None:
        self.count = 0
        self.first = 0
        self.last = 0
        self._hash = hashlib.sha256()

    def add(self, entry_id: int, entry_digest: str) -> None:
        self.count += 1
        self.first = self.first or entry_id
        self.last = entry_id
        self._hash.update(f"{entry_id}:{entry_digest};".encode())

    def sealed(self, *, previous: str, at: dt.datetime) -> str:
        """The digest of the seal over this bundle."""
        body = [previous, _instant(at), self.first, self.last, self.count, self._hash.hexdigest()]
        return digest(canonical(body))


def check_lines(lines: Iterable[Line]) -> Iterator[Break]:
    """Every break in the chains. ``lines`` come stream by stream, each in the order of its numbers."""
    last: Line | None = None
    for line in lines:
        before = last if last is not None and last.stream == line.stream else None
        yield from _check_place(line, before)
        if _fingerprint(line) != line.digest:
            yield Break(Fault.ALTERED, _name(line), "这条记录的内容与指纹不符，被改动过。")
        last = line


def _fingerprint(line: Line) -> str:
    return entry_digest(
        stream=line.stream,
        seq=line.seq,
        at=line.at,
        actor_id=line.actor_id,
        actor=line.actor,
        action=line.action,
        subject=line.subject,
        facts=line.facts,
        previous=line.previous,
    )


def _check_place(line: Line, before: Line | None) -> Iterator[Break]:
    """Whether a line follows the one before it in its stream (None: it is the first)."""
    expected = before.seq + 1 if before else 1
    if line.seq < expected:
        yield Break(Fault.FORKED, _name(line), "同一序号有两条记录。")
    elif line.seq > expected:
        gone = f"第{expected}条" if line.seq == expected + 1 else f"第{expected}至{line.seq - 1}条"
        yield Break(Fault.MISSING, _name(line), f"此前的{gone}缺失。")
    elif line.previous != (before.digest if before else GENESIS):
        yield Break(Fault.UNLINKED, _name(line), "这条记录所引的前一条指纹与前一条不符，其中一条被换过。")


def _name(line: Line) -> str:
    return f"{line.stream} #{line.seq}"


def check_seals(seals: Iterable[SealLine], entries: Iterable[tuple[int, str]]) -> Iterator[Break | int]:
    """Every break between the seals and the entries under them; last the number of entries not yet sealed.

    ``seals`` and ``entries`` (id, digest) come in the order of their ids.
    """
    waiting = iter(entries)
    ahead = next(waiting, None)
    previous = GENESIS
    for seal in seals:
        bundle = Bundle()
        while ahead is not None and ahead[0] <= seal.last_entry:
            bundle.add(*ahead)
            ahead = next(waiting, None)
        yield from _check_seal(seal, bundle, previous)
        previous = seal.digest
    yield sum(1 for _ in chain([ahead] if ahead else [], waiting))


def _check_seal(seal: SealLine, bundle: Bundle, previous: str) -> Iterator[Break]:
    where = f"封印 {seal.id}"
    if seal.previous != previous:
        yield Break(Fault.SEAL_UNLINKED, where, "这道封印与前一道封印不相连，其间有封印缺失或被换过。")
    if bundle.count < seal.count:
        missing = seal.count - bundle.count
        yield Break(Fault.MISSING, where, f"封印时有{seal.count}条记录，现在少了{missing}条。")
    elif bundle.count > seal.count:
        added = bundle.count - seal.count
        yield Break(Fault.SEAL_MISMATCH, where, f"封印时有{seal.count}条记录，现在多出{added}条。")
    elif (bundle.first, bundle.last) != (seal.first_entry, seal.last_entry):
        yield Break(Fault.SEAL_MISMATCH, where, "封印下首末两条记录与封印时不同。")
    elif bundle.sealed(previous=seal.previous, at=seal.at) != seal.digest:
        yield Break(Fault.SEAL_ALTERED, where, "封印与其下的记录不符，封印或记录被改动过。")
