"""The top of the URL table: pages, programs' API, Open311."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("jishi.api.urls")),
    path("open311/", include("jishi.api.open311.urls")),
    path("", include("jishi.web.urls")),
]

handler400 = "jishi.web.errors.views.bad_request"
handler403 = "jishi.web.errors.views.forbidden"
handler404 = "jishi.web.errors.views.not_found"
handler500 = "jishi.web.errors.views.broken"
