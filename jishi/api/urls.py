"""Everything under /api/; what is nowhere is told as JSON too."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from jishi.api.refusals import refused
from jishi.api.v1.api import api


@csrf_exempt
def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    return refused(404, "没有这个地址，接口清单见 /api/docs")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", api.urls),
    re_path(r"^(?P<rest>.*)$", nowhere),
]
