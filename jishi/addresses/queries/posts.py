"""Who holds a post for a building. A holder is a neighbour: the name is for those who work with the people there."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Viewer
from jishi.addresses.models import PostHolder
from jishi.addresses.rules.posts import BuildingPost
from jishi.orm.dated import live_on
from jishi.territory.queries import unit_on_record


@dataclass(frozen=True, slots=True)
class Holder:
    """One holder of a post. Name and telephone are None for who may not see them."""

    id: int
    address_id: int
    post: BuildingPost
    name: str | None
    phone: str | None
    since: dt.date


def may_see_holders(viewer: Viewer | None, unit_id: int) -> bool:
    """Those who read the register of the area by name."""
    return _covers(viewer, Permission.READ_REGISTER, unit_id)


def may_keep_posts(viewer: Viewer | None, unit_id: int) -> bool:
    """Those who keep the register of the area."""
    return _covers(viewer, Permission.KEEP_REGISTER, unit_id)


def _covers(viewer: Viewer | None, permission: Permission, unit_id: int) -> bool:
    here = unit_on_record(unit_id)
    if viewer is None or here is None:
        return False
    return any(grant.covers(here.path) for grant in viewer.having(permission))


def holders(
    viewer: Viewer | None, unit_id: int, address_ids: Iterable[int], today: dt.date
) -> list[tuple[BuildingPost, list[Holder]]]:
    """Every post somebody in the county holds, each with those who hold it at any of these addresses of one unit.

    A post nobody holds here is there with nobody: it is vacant. What no building of the county has is left out.
    """
    named = may_see_holders(viewer, unit_id)
    live = PostHolder.objects.filter(live_on(today))
    known = set(live.order_by().values_list("post", flat=True).distinct())
    rows = live.filter(address_id__in=list(address_ids)).order_by("valid_from", "id")
    found = [
        Holder(id, at, BuildingPost(post), name if named else None, phone if named else None, since)
        for id, at, post, name, phone, since in rows.values_list(
            "id", "address_id", "post", "name", "phone", "valid_from"
        )
    ]
    return [(post, [one for one in found if one.post is post]) for post in BuildingPost if post.value in known]
