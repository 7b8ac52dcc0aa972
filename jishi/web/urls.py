"""All pages. Each room brings its own table."""

from django.urls import include, path

urlpatterns = [
    path("", include("jishi.web.session.urls")),
    path("", include("jishi.web.residents.urls")),
    path("", include("jishi.web.matters.urls")),
    path("", include("jishi.web.desk.urls")),
    path("", include("jishi.web.queue.urls")),
    path("", include("jishi.web.inbox.urls")),
    path("", include("jishi.web.phone.urls")),
    path("", include("jishi.web.orders.urls")),
    path("", include("jishi.web.leader.urls")),
    path("", include("jishi.web.addresses.urls")),
    path("", include("jishi.web.registers.urls")),
    path("", include("jishi.web.admin.urls")),
    path("", include("jishi.web.map.urls")),
    path("", include("jishi.web.parts.urls")),
    path("", include("jishi.web.planner.urls")),
    path("components/", include("jishi.web.components.urls")),
]
