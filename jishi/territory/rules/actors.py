"""Who does something here. Rooms below accounts know no viewer, only that a doer has a name and perhaps a number."""

from dataclasses import dataclass
from typing import Protocol


class Actor(Protocol):
    """Anybody with a name; a viewer of the accounts room is one. ``person_id`` 0 or None means no account."""

    @property
    def person_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever starts a command on the server."""

    name: str
    person_id: int | None = None
