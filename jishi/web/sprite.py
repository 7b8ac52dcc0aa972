"""Icons as they stand in a page: references into the one sprite file."""

from functools import cache

from django.templatetags.static import static
from markupsafe import Markup

from jishi.web.icons import ICONS

KNOWN = frozenset(ICONS)
DRAWN = Markup('<svg class="icon {}" {}><use href="{}#{}"></use></svg>')


@cache
def icon(name: str, label: str = "", extra: str = "") -> Markup:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    if name not in KNOWN:
        raise KeyError(f"the icon {name!r} is not listed in jishi/web/icons.py")
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return DRAWN.format(extra, said, static("vendor/icons.svg"), name)
