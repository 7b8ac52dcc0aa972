"""The addresses of Open311 GeoReport v2."""

from django.http import HttpRequest, HttpResponse
from django.urls import re_path

from jishi.api.open311 import requests, services
from jishi.api.open311.formats import failed, georeport

FORM = r"\.(?P<form>json|xml)$"


@georeport("GET", "POST", "PUT", "PATCH", "DELETE")
def nowhere(request: HttpRequest, form: str) -> HttpResponse:
    return failed(404, "没有这个地址，可用的见 discovery", form)


urlpatterns = [
    re_path(rf"^discovery{FORM}", services.discovery),
    re_path(rf"^v2/discovery{FORM}", services.discovery),
    re_path(rf"^v2/services{FORM}", services.list_services),
    re_path(rf"^v2/services/(?P<code>[^/]+){FORM}", services.show_service),
    re_path(rf"^v2/requests{FORM}", requests.requests),
    re_path(rf"^v2/requests/(?P<text>[^/]+){FORM}", requests.show_request),
    re_path(rf"^v2/tokens/(?P<text>[^/]+){FORM}", requests.show_token),
    re_path(r"^.*$", nowhere, {"form": "xml"}),
]
