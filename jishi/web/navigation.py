"""What each person finds in the navigation. A room adds its pages here; a page that is not deployed is left out."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from jishi.accounts.rules.roles import Permission, Role
from jishi.accounts.rules.viewer import Viewer

# Their first page is the phone; everybody else sits at a desk.
PHONE_ROLES = frozenset({Role.GRID_WORKER, Role.LEADER})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``roles`` narrows whom it is for, ``permission`` who may open it; the page itself checks again."""

    label: str
    icon: str
    url_name: str
    permission: Permission | None = None
    roles: frozenset[Role] = frozenset(Role)
    on_phone: bool = True  # whether it has a place in the tab bar, which holds five at most


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    icon: str
    url: str
    on_phone: bool
    is_current: bool


R = Role
P = Permission
# In this order; the first entry a person may open is the page they land on after logging in.
ENTRIES = (
    Entry("今天", "checklist", "day", P.READ_MATTERS, frozenset({R.GRID_WORKER, R.COMMUNITY})),
    Entry("辖区", "chart-bar", "overview", P.INSTRUCT, frozenset({R.LEADER})),
    Entry("事项调度", "list-details", "desk", P.READ_MATTERS, frozenset({R.DISPATCHER, R.COMMUNITY})),
    Entry("本单位待办", "inbox", "queue", P.HANDLE),
    Entry("点单大厅", "clipboard-list", "order_hall", P.DISPATCH_ORDERS),
    Entry("接单", "user-check", "order_queue", P.TAKE_ORDERS),
    Entry("服务菜单", "tools", "service_menu", P.TAKE_ORDERS),
    Entry("登记", "plus", "phone_register", P.REPORT, frozenset({R.GRID_WORKER})),
    Entry("登记", "plus", "register", P.REPORT, frozenset({R.COMMUNITY, R.DISPATCHER})),
    Entry("事项", "list", "desk", P.READ_MATTERS, frozenset({R.GRID_WORKER})),
    Entry("事项", "list", "area_matters", P.INSTRUCT, frozenset({R.LEADER})),
    Entry("批办", "flag", "instructions", P.READ_MATTERS, frozenset({R.LEADER, R.HANDLER, R.COMMUNITY, R.DISPATCHER})),
    # On the phone the day page leads there.
    Entry("住户", "home", "registers", P.READ_REGISTER, frozenset({R.GRID_WORKER, R.COMMUNITY}), on_phone=False),
    Entry("人员岗位", "users", "people", P.MANAGE_PEOPLE),
    Entry("地方设置", "map-2", "place", P.MANAGE_PLACE),
    Entry("标准地址", "map-pin", "addresses", P.MANAGE_PLACE),
    Entry("对外推送", "send", "hooks", P.MANAGE_PLACE),
    Entry("名册导入", "upload", "imports", P.IMPORT_REGISTER, frozenset({R.ADMINISTRATOR})),
    Entry("审计", "shield-check", "audit", P.READ_AUDIT),
    Entry("部件", "tools", "parts", P.READ_PARTS, on_phone=False),
    # A leader's phone comes to it from the overview.
    Entry("网格划分", "sitemap", "grids", P.PLAN_GRIDS, on_phone=False),
    Entry("网格划分", "sitemap", "grids", P.APPROVE_GRIDS, on_phone=False),
    Entry("地图", "map", "map"),
    Entry("通知", "bell", "notices"),
)
del R, P


def address(url_name: str) -> str | None:
    """The path of a named page, or None where this deployment has no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def open_to(viewer: Viewer) -> Iterator[tuple[Entry, str]]:
    """The entries for this person with their addresses, each address once."""
    seen: set[str] = set()
    for entry in ENTRIES:
        if not entry.roles & viewer.roles or (entry.permission and not viewer.may(entry.permission)):
            continue
        path = address(entry.url_name)
        if path is not None and path not in seen:
            seen.add(path)
            yield entry, path


def links(viewer: Viewer, path: str) -> list[Link]:
    """The navigation as shown on the page at ``path``; the longest matching address is the current one."""
    found = list(open_to(viewer))
    current = max((url for _, url in found if path.startswith(url)), key=len, default=None)
    return [Link(entry.label, entry.icon, url, entry.on_phone, url == current) for entry, url in found]


def first_page(viewer: Viewer) -> str:
    """Where a person lands after logging in."""
    return next((url for _, url in open_to(viewer)), reverse("home"))


def layout_of(viewer: Viewer | None) -> str:
    """The layout of pages that several kinds of people share."""
    if viewer is None:
        return "layout/public.html"
    only_phone = bool(viewer.roles) and viewer.roles <= PHONE_ROLES
    return "layout/phone.html" if only_phone else "layout/desk.html"
