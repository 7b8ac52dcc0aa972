"""The gallery of components, for those who build pages: each macro file with its variants."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jishi.kernel.errors import NotFound
from jishi.web.components.samples import sample
from jishi.web.guards import page
from jishi.web.pages import show


@page(public=True)
def gallery(request: HttpRequest) -> HttpResponse:
    """Open while building (JISHI_DEBUG) and to whoever is logged in."""
    if not settings.DEBUG and request.viewer is None:  # type: ignore[attr-defined]
        raise NotFound("没有这个页面")
    return show(request, "components/gallery.html", {"sample": sample(timezone.now())})
