"""What a person hands in with a step, and what is reported at the start: plain data, nothing decided yet."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.matters.rules.vocabulary import Channel, Grade, ReplyKind


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """A photo that was decoded and written anew: JPEG bytes without metadata, its SHA-256, its size in pixels."""

    digest: str
    content: bytes = field(repr=False)
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Given:
    """Everything any step may be given. A step names the fields it needs; the others stay empty."""

    note: str = ""
    ground: str = ""  # key of a listed ground for a return
    lead_id: int | None = None
    helper_ids: tuple[int, ...] = ()
    task: str = ""  # what the lead and helpers are asked to do
    category_code: str = ""
    grade: Grade | None = None
    unit_id: int | None = None
    reply: str = ""
    reply_kind: ReplyKind | None = None
    basis: str = ""  # legal or factual basis when nothing can be done
    reason: str = ""  # key of a listed reason for a pause
    until: dt.datetime | None = None
    working_days: int = 0
    into: str = ""  # number of the matter this one is merged into
    how: str = ""  # "on_site" or "by_phone"
    longitude: float | None = None
    latitude: float | None = None
    photos: tuple[PhotoFile, ...] = ()
    solved: bool | None = None
    satisfied: int | None = None
    organization_id: int | None = None  # the helper meant by add_helper, release_helper


@dataclass(frozen=True, slots=True)
class Origin:
    """What the source of an imported report said besides; it stands in the first line of the history."""

    note: str  # for people: when it was first said and what was answered there
    facts: Mapping[str, Any]  # the same for programs, as JSON takes it


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says: words, where, and, if they like, how to reach them."""

    channel: Channel
    text: str
    title: str = ""
    unit_id: int | None = None
    place: str = ""
    longitude: float | None = None
    latitude: float | None = None
    category_code: str = ""
    grade: Grade | None = None
    urgent: bool = False
    reporter_name: str = ""
    reporter_phone: str = ""
    photos: tuple[PhotoFile, ...] = ()
    source_key: str | None = None
    component_code: str = ""  # of the component (部件) that is faulty; whoever reports it has looked at it
    door_code: str = ""  # of the plate that was scanned; unit, place and point are its own where they are not given
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reporter takes home: the number to follow, and the code that lets only them rate and ask to reopen."""

    number: str
    code: str
    matter_id: int
