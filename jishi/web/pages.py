"""Rendering: a whole page, or for htmx one block of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template import engines

from jishi.web.context import page_context


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
    block: str | None = None,
) -> HttpResponse:
    """The page as an answer; with ``block`` an htmx request gets only that block of the same template."""
    compiled = engines["jinja2"].env.get_template(template)  # type: ignore[attr-defined]
    known = page_context(request) | (context or {})
    if block is not None and request.is_htmx:  # type: ignore[attr-defined]
        text = "".join(compiled.blocks[block](compiled.new_context(known)))
    else:
        text = compiled.render(known)
    return HttpResponse(text, status=status)
