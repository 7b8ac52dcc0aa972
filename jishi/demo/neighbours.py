"""Neighbours of the demo who look after a building or keep in touch with the homes around theirs."""

import datetime as dt
from random import Random

from jishi.accounts.rules.viewer import Viewer
from jishi.addresses import actions
from jishi.addresses.queries import AddressRow, children, tops
from jishi.addresses.rules.levels import Level
from jishi.addresses.rules.posts import BuildingPost
from jishi.demo.names import person_name, phone
from jishi.territory.queries import UnitRow

_TAKEN = 0.75  # of the posts; the others are vacant


def post_neighbours(*, community: UnitRow, by: Viewer, now: dt.datetime, chance: Random) -> int:
    """Somebody for most courtyards and buildings of the community, entered by ``by``. Returns how many."""
    held = 0
    for door in (door for top in tops(community.id) for door in children(top.id)):
        houses = [house for house in children(door.id) if house.level is Level.BUILDING]
        if not houses:
            continue
        posts: list[tuple[AddressRow, BuildingPost]] = [(door, BuildingPost.WARDEN), (door, BuildingPost.HEARTH)]
        posts += [(house, BuildingPost.HEAD) for house in houses]
        for at, post in posts:
            name, number = person_name(chance), phone(chance)
            if chance.random() < _TAKEN:
                actions.take_post(address_id=at.id, post=post, name=name, phone=number, agreed=True, by=by, now=now)
                held += 1
    return held
