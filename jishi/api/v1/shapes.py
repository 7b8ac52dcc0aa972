"""The shapes every part of the API shares."""

import datetime as dt
from typing import Annotated

from msgspec import Meta, Struct

from jishi.matters.rules.stages import Stage
from jishi.matters.rules.vocabulary import Channel, Grade

MOST = 2**63 - 1  # what a 64-bit column holds
Id = Annotated[int, Meta(ge=1, le=MOST)]
Longitude = Annotated[float, Meta(ge=-180, le=180, description="经度，WGS84，度")]
Latitude = Annotated[float, Meta(ge=-90, le=90, description="纬度，WGS84，度")]
Moment = Annotated[dt.datetime, Meta(tz=True, description="时间，须写明时区", examples=["2026-11-22T18:00:00+08:00"])]


class MatterRow(Struct, frozen=True):
    """清单中的一件事项。时间带时区。"""

    number: str
    title: str
    stage: Stage
    stage_label: str
    grade: Grade
    urgent: bool
    channel: Channel
    category_code: str
    category_name: str
    place: str
    unit_id: int
    unit_name: str
    responsible_id: int
    responsible_name: str
    lead_id: int | None
    lead_name: str
    registered_at: dt.datetime
    due_at: dt.datetime | None
    stage_due_at: dt.datetime | None
    paused_until: dt.datetime | None
    closed_at: dt.datetime | None
    escalation: int
    version: int


class Nothing(Struct, forbid_unknown_fields=True, frozen=True):
    """不需要内容：{}。"""


class Done(Struct, frozen=True):
    """已办。"""

    done: bool
