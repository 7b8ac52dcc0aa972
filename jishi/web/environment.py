"""The Jinja2 environment of all pages."""

from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import orjson
from django.conf import settings
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, ngettext
from jinja2 import Environment, StrictUndefined

from jishi.matters.rules.stages import OFFICIAL, Stage
from jishi.orders.rules.prices import price_words
from jishi.web import formats, marks
from jishi.web.desk.lines import desk_lines
from jishi.web.outside import outside_tiles
from jishi.web.sprite import icon
from jishi.web.tones import MESSAGE_TONES, ORDER_TONES, STAGE_TONES

# Neither changes while a process lives, and a page asks for two dozen of them.
address = cache(reverse)
shipped = cache(static)


def url(name: str, *args: Any, query: dict[str, Any] | None = None, **kwargs: Any) -> str:
    """The address of a named page, with an optional query string; empty values are left out of the query."""
    path = reverse(name, args=args, kwargs=kwargs) if args or kwargs else address(name)
    asked = {key: value for key, value in (query or {}).items() if value not in (None, "", [])}
    return f"{path}?{urlencode(asked, doseq=True)}" if asked else path


def url_or_empty(name: str, *args: Any, **kwargs: Any) -> str:
    """Like ``url``, but empty where this deployment has no such page."""
    try:
        return url(name, *args, **kwargs)
    except NoReverseMatch:
        return ""


def plain_static(name: str) -> str:
    """The unhashed address, for the one file that another script must find by its name (MapLibre's worker)."""
    return f"{settings.STATIC_URL}{name}"


def official_stage(stage: Stage) -> int:
    """The place of a stage among the seven official ones, counted from 0."""
    return next(place for place, stages in enumerate(OFFICIAL.values()) if stage in stages)


def once_key(posted: str | None = None) -> str:
    """The key that makes sending a form twice harmless; a form that comes back keeps its key."""
    return posted or str(uuid4())


def as_json(value: Any, **_: Any) -> str:
    return orjson.dumps(value).decode()


def environment(**options: Any) -> Environment:
    """Jinja2 as Django's backend asks for it: escaping on, a misspelt name is an error, macros compiled once."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True, "autoescape": True}
    env = Environment(**options, extensions=["jinja2.ext.i18n"])  # noqa: S701 (escaping is on, two lines up)
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.policies["json.dumps_function"] = as_json
    env.globals.update(
        url=url,
        url_or_empty=url_or_empty,
        static=shipped,
        plain_static=plain_static,
        official_stage=official_stage,
        official_stages=tuple(OFFICIAL),
        icon=icon,
        once_key=once_key,
        due_words=formats.due_words,
        marks=marks,
        desk_lines=desk_lines,
        stage_tones=STAGE_TONES,
        order_tones=ORDER_TONES,
        message_tones=MESSAGE_TONES,
        map_tiles=outside_tiles(),
        map_attribution=settings.MAP_ATTRIBUTION,
    )
    env.filters.update(
        moment=formats.moment,
        day=formats.day,
        exact=formats.exact,
        duration=formats.duration,
        grouped=formats.grouped,
        price=price_words,
    )
    return env
