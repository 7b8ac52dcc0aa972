"""Who is looking: a person with the postings that hold today, as plain data."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from jishi.accounts.rules.roles import GRANTS, Permission, Role
from jishi.kernel.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Grant:
    """One live posting: a role for a unit and everything below it, and the organisation of an office role."""

    role: Role
    unit_id: int
    unit_name: str
    depth: int
    path: str
    organization_id: int | None = None
    organization_name: str = ""

    def allows(self, permission: Permission) -> bool:
        return permission in GRANTS[self.role]

    def covers(self, path: str) -> bool:
        """Whether a unit with this path lies in the area of the posting."""
        return path.startswith(self.path)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person at work. Without grants nothing is allowed; a resident without an account is no viewer."""

    person_id: int
    name: str
    grants: tuple[Grant, ...] = field(default=())

    def having(self, permission: Permission) -> Iterator[Grant]:
        return (grant for grant in self.grants if grant.allows(permission))

    def may(self, permission: Permission) -> bool:
        return any(True for _ in self.having(permission))

    def check(self, permission: Permission) -> None:
        """Raise ``Forbidden`` unless some posting grants the permission."""
        if not self.may(permission):
            raise Forbidden("您的岗位没有这项权限")

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)

    @property
    def organization_ids(self) -> frozenset[int]:
        return frozenset(g.organization_id for g in self.grants if g.organization_id is not None)


# Who acts when nobody is logged in: the operator at the command line, the worker, the demo builder. Only this
# very object counts, and no page gets hold of it: a missing viewer cannot turn into it by accident.
SYSTEM = Viewer(person_id=0, name="系统")
