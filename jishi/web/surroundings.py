"""Where this deployment stands: the name of the place, and whether everything in it is invented."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from jishi.kernel.errors import DomainError
from jishi.territory.queries import place

PRODUCT = "基石"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """One login shown on the login page of a demo, never of a real place."""

    username: str
    name: str
    does: str  # the role in a few words


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``name`` of the place (石峰区), ``is_demo``, and in a demo its logins with their common password."""

    name: str = PRODUCT
    is_demo: bool = False
    demo_logins: tuple[DemoLogin, ...] = ()
    demo_password: str = ""


def surroundings() -> Surroundings:
    """Read from the place in force; a deployment without a place is shown under the product's name."""
    try:
        found = place()
    except DomainError:
        return Surroundings(is_demo=settings.DEMO)
    content = found.content
    logins = content.get("demo_logins") or []
    return Surroundings(
        name=found.name,
        is_demo=settings.DEMO or bool(content.get("demo")),
        demo_logins=tuple(DemoLogin(row["username"], row["name"], row.get("does", "")) for row in logins),
        demo_password=str(content.get("demo_password", "")),
    )


def lazy_surroundings() -> Surroundings:
    """The same, read only when a template asks."""
    return SimpleLazyObject(surroundings)  # type: ignore[return-value]
