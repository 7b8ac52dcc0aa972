"""Whose area a leader looks at, and the parts it is counted by."""

from jishi.accounts.rules.roles import Permission
from jishi.accounts.rules.viewer import Grant, Viewer
from jishi.kernel.errors import NotFound
from jishi.territory.queries import UnitRow, tree, unit


def led_by(viewer: Viewer) -> list[Grant]:
    """The leading postings, the widest first."""
    return sorted(viewer.having(Permission.INSTRUCT), key=lambda grant: grant.depth)


def area_asked(viewer: Viewer, asked: str) -> UnitRow:
    """The unit named in the address, or the leader's whole area; raises NotFound outside it."""
    grants = led_by(viewer)
    if not asked:
        found = next((unit(grant.unit_id) for grant in grants), None)
    else:
        found = unit(int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        if found is not None and not any(grant.covers(found.path) for grant in grants):
            found = None
    if found is None:
        raise NotFound("没有这个单元，或不在您的辖区内")
    return found


def line_to(viewer: Viewer, here: UnitRow) -> list[UnitRow]:
    """From the leader's area down to the unit, for going back up."""
    tops = {grant.unit_id for grant in led_by(viewer)}
    line = [tree().by_id[each] for each in here.line if each in tree().by_id]
    first = next((place for place, each in enumerate(line) if each.id in tops), 0)
    return line[first:]
