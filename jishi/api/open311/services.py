"""What can be reported: the discovery page, the list of services, one service."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from jishi.api.open311.formats import ServiceMissing, georeport, written
from jishi.duties.queries import CategoryRow, categories
from jishi.territory.queries import place

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def check_jurisdiction(jurisdiction_id: str) -> None:
    """One deployment is one county: its code may be given, another's is not found."""
    if jurisdiction_id and jurisdiction_id != place().county_code:
        raise ServiceMissing("没有这个 jurisdiction_id")


def offered() -> list[CategoryRow]:
    """The classes that can be reported: the second level, and a first level that has none below it."""
    rows = categories()
    parents = {row.parent_code for row in rows}
    return [row for row in rows if row.code not in parents]


def service(code: str) -> CategoryRow:
    found = next((row for row in offered() if row.code == code), None)
    if found is None:
        raise ServiceMissing("没有这个 service_code，清单见 services")
    return found


@georeport("GET")
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the standard's endpoints are, for clients that look for them."""
    current = place()
    content = {
        "changeset": current.at.isoformat(timespec="minutes"),
        "contact": current.name,
        "key_service": "密钥由系统管理员签发；没有密钥也可以上报",
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": request.build_absolute_uri("/open311/v2"),
                "changeset": current.at.isoformat(timespec="minutes"),
                "type": "production",
                "formats": ["application/json", "text/xml"],
            }
        ],
    }
    return written("discovery", "", content, form)


@georeport("GET")
def list_services(request: HttpRequest, form: str) -> HttpResponse:
    check_jurisdiction(request.GET.get("jurisdiction_id", ""))
    names = {row.code: row.name for row in categories()}
    return written("services", "service", [_service(row, names) for row in offered()], form)


def _service(row: CategoryRow, names: dict[str, str]) -> dict[str, Any]:
    return {
        "service_code": row.code,
        "service_name": row.name,
        "description": row.closing_condition or row.name,
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(row.words),
        "group": names.get(row.parent_code, row.name),
    }


@georeport("GET")
def show_service(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """A service asks for nothing beyond the standard's own fields."""
    check_jurisdiction(request.GET.get("jurisdiction_id", ""))
    content: dict[str, Any] = {"service_code": service(code).code, "attributes": []}
    return written("service_definition", "", content, form)
