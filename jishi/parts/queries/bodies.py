"""The bodies that may answer for a component, as people write them."""

from jishi.organizations.queries import dispatchable
from jishi.parts.rules.given import Body


def bodies_by_name() -> dict[str, Body]:
    """The county's bodies by code, name and short name; a name that two have is the first one's."""
    found: dict[str, Body] = {}
    for body in dispatchable():
        for name in (body.code, body.name, body.short_name):
            found.setdefault(name, Body(body.id))
    return found
