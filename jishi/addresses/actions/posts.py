"""Who holds a post for a building, from a day on and until a day."""

import datetime as dt

from django.db import transaction
from django.utils.timezone import localdate

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.addresses.actions.ledger import live_row, written
from jishi.addresses.models import Address, PostHolder
from jishi.addresses.queries.posts import may_keep_posts
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.posts import BuildingPost, check_posted, clean_holder, clean_phone
from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound


@transaction.atomic
def take_post(
    *, address_id: int, post: BuildingPost, name: str, phone: str, agreed: bool, by: Viewer, now: dt.datetime
) -> int:
    """From today on somebody holds a post for a building; returns the id of it.

    ``agreed``: the holder was asked and lets those who work there see name and telephone. Raises Invalid (fields
    ``name``, ``phone``, ``agreed``), Conflict if they hold it already, Forbidden for who works elsewhere.
    """
    row = live_row(address_id)
    _check_keeps(by, row)
    check_posted(Level(row.level))
    name, phone = clean_holder(name), clean_phone(phone)
    if not agreed:
        raise Invalid("要先征得本人同意，才能登记姓名和电话。", field="agreed")
    if PostHolder.objects.filter(address=row, post=post.value, name=name, valid_to__isnull=True).exists():
        raise Conflict(f"{name}已经是这里的{post.label}。", field="name")
    held = PostHolder.objects.create(address=row, post=post.value, name=name, phone=phone, valid_from=localdate(now))
    # Who it is stands in the row, which can be corrected and erased; the trail says that there is one.
    written(row, "post", {"post": post.value, "holder": held.pk, "agreed": True}, by, now, first=False)
    return held.pk


@transaction.atomic
def leave_post(*, holder_id: int, by: Viewer, now: dt.datetime) -> None:
    """Somebody gives a post back today. The telephone is forgotten at once, the name stays with its days.

    Raises NotFound, also if they have given it back before, and Forbidden for who works elsewhere.
    """
    held = PostHolder.objects.filter(pk=holder_id, valid_to__isnull=True).first()
    if held is None:
        raise NotFound("没有这个任职记录，或已经卸任。")
    row = live_row(held.address_id)
    _check_keeps(by, row)
    end_posts([row.pk], localdate(now), holder_id)
    written(row, "post_end", {"post": held.post, "holder": held.pk}, by, now, first=False)


def end_posts(address_ids: list[int], day: dt.date, holder_id: int | None = None) -> None:
    """All posts at these addresses end, or that of one holder."""
    held = PostHolder.objects.filter(address_id__in=address_ids, valid_to__isnull=True)
    if holder_id is not None:
        held = held.filter(pk=holder_id)
    held.update(valid_to=day, phone="")


def _check_keeps(by: Viewer, row: Address) -> None:
    if by is not SYSTEM and not may_keep_posts(by, row.unit_id):
        raise Forbidden("楼栋岗位由所在社区和网格登记。")
