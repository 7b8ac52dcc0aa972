"""The chain, checked without a database."""

import dataclasses
import datetime as dt
from itertools import product

import pytest
from hypothesis import given
from hypothesis import settings as patience
from hypothesis import strategies as st

from jishi.audit.rules import GENESIS, Bundle, Fault, Line, SealLine, check_lines, check_seals, entry_digest

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SHANGHAI = dt.timezone(dt.timedelta(hours=8))


def line(stream: str, seq: int, previous: str, number: int) -> Line:
    content = {
        "stream": stream,
        "seq": seq,
        "at": NOON + dt.timedelta(seconds=number),
        "actor_id": 7,
        "actor": "小王",
        "action": "dispatch",
        "subject": stream,
        "facts": '{"to":"石峰区城管局"}',
        "previous": previous,
    }
    return Line(id=number, **content, digest=entry_digest(**content))


def chains(lengths: dict[str, int]) -> list[Line]:
    lines, number = [], 0
    for stream, length in lengths.items():
        previous = GENESIS
        for seq in range(1, length + 1):
            number += 1
            lines.append(line(stream, seq, previous, number))
            previous = lines[-1].digest
    return lines


def faults(lines: list[Line]) -> list[Fault]:
    return [found.fault for found in check_lines(lines)]


def test_what_was_written_is_whole():
    assert faults(chains({"matter:1": 5, "matter:2": 1, "person:3": 3})) == []
    assert faults([]) == []


ALTERATIONS = {
    "at": NOON,
    "actor_id": 8,
    "actor": "小李",
    "action": "close",
    "subject": "matter:9",
    "facts": "{}",
    "previous": "0" * 64,
    "digest": "f" * 64,
}


@pytest.mark.capability("C93")
@pytest.mark.parametrize(("place", "field"), list(product(range(4), ALTERATIONS)))
def test_any_field_altered_in_any_place_is_found(place, field):
    lines = chains({"matter:1": 4})
    lines[place] = dataclasses.replace(lines[place], **{field: ALTERATIONS[field]})
    found = list(check_lines(lines))
    assert found
    assert f"matter:1 #{place + 1}" in {each.where for each in found}


def test_an_altered_entry_with_a_fresh_fingerprint_no_longer_fits_its_follower():
    lines = chains({"matter:1": 3})
    forged = dataclasses.replace(lines[1], facts="{}")
    content = {f.name: getattr(forged, f.name) for f in dataclasses.fields(forged) if f.name not in ("id", "digest")}
    lines[1] = dataclasses.replace(forged, digest=entry_digest(**content))
    assert faults(lines) == [Fault.UNLINKED]


@pytest.mark.parametrize("place", range(3))
def test_an_entry_missing_before_the_end_is_found(place):
    lines = chains({"matter:1": 4, "matter:2": 2})
    del lines[place]
    assert Fault.MISSING in faults(lines)


def test_two_entries_in_one_place_are_found():
    lines = chains({"matter:1": 3})
    assert Fault.FORKED in faults([*lines[:2], lines[1], lines[2]])


def test_two_entries_that_changed_places_are_found():
    lines = chains({"matter:1": 4})
    lines[1], lines[2] = dataclasses.replace(lines[2], seq=2), dataclasses.replace(lines[1], seq=3)
    assert Fault.ALTERED in faults(lines)


@patience(deadline=None, database=None)
@given(zone=st.integers(-12, 12), at=st.datetimes(timezones=st.just(dt.UTC), min_value=dt.datetime(2000, 1, 1)))
def test_the_zone_a_database_answers_in_does_not_matter(zone, at):
    content = {
        "stream": "a",
        "seq": 1,
        "actor_id": None,
        "actor": "",
        "action": "",
        "subject": "",
        "facts": "",
    }
    there = at.astimezone(dt.timezone(dt.timedelta(hours=zone)))
    assert entry_digest(**content, previous="", at=at) == entry_digest(**content, previous="", at=there)


def sealed(lines: list[Line], *sizes: int) -> list[SealLine]:
    seals, rest, previous = [], list(lines), GENESIS
    for number, size in enumerate(sizes, start=1):
        bundle = Bundle()
        for each in rest[:size]:
            bundle.add(each.id, each.digest)
        rest = rest[size:]
        digest = bundle.sealed(previous=previous, at=NOON)
        seals.append(SealLine(number, NOON, bundle.first, bundle.last, bundle.count, previous, digest))
        previous = digest
    return seals


def seal_faults(seals: list[SealLine], lines: list[Line]) -> list[Fault | int]:
    found = check_seals(seals, [(each.id, each.digest) for each in lines])
    return [each if isinstance(each, int) else each.fault for each in found]


def test_seals_cover_what_they_covered_and_the_rest_is_counted():
    lines = chains({"matter:1": 4, "matter:2": 3})
    assert seal_faults(sealed(lines, 3, 2), lines) == [2]
    assert seal_faults(sealed(lines, 3, 4), lines) == [0]
    assert seal_faults([], lines) == [7]
    assert seal_faults([], []) == [0]


@pytest.mark.parametrize("place", range(7))
def test_any_entry_gone_from_under_a_seal_is_found(place):
    lines = chains({"matter:1": 4, "matter:2": 3})
    seals = sealed(lines, 3, 4)
    del lines[place]
    assert seal_faults(seals, lines) == [Fault.MISSING, 0]


def test_an_entry_slipped_in_under_a_seal_is_found():
    lines = chains({"matter:1": 6})
    seals = sealed([*lines[:2], *lines[3:]], 5)
    assert seal_faults(seals, lines) == [Fault.SEAL_MISMATCH, 0]


def test_an_entry_exchanged_for_another_under_a_seal_is_found():
    lines = chains({"matter:1": 3})
    seals = sealed(lines, 3)
    lines[1] = dataclasses.replace(lines[1], digest="0" * 64)
    assert seal_faults(seals, lines) == [Fault.SEAL_ALTERED, 0]
    lines[2] = dataclasses.replace(lines[2], id=2)
    assert Fault.SEAL_MISMATCH in seal_faults(seals, [lines[0], lines[2], lines[1]])


def test_a_missing_or_altered_seal_is_found():
    lines = chains({"matter:1": 6})
    seals = sealed(lines, 2, 2, 2)
    assert Fault.SEAL_UNLINKED in seal_faults([seals[0], seals[2]], lines)
    later = dataclasses.replace(seals[1], at=NOON + dt.timedelta(days=1))
    assert seal_faults([seals[0], later, seals[2]], lines) == [Fault.SEAL_ALTERED, 0]
