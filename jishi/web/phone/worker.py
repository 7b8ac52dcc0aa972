"""The service worker: what makes the phone pages open without a network."""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse

from jishi.kernel.canonical import canonical, digest
from jishi.web.guards import page
from jishi.web.pages import show

# Everything the day page and the register page load. A test compares it with the pages.
FILES = (
    "vendor/tabler.css",
    "vendor/htmx.js",
    "vendor/icons.svg",
    "jishi/logo.svg",
    "jishi/theme.css",
    "jishi/desk.css",
    "jishi/phone.css",
    "jishi/page.js",
    "jishi/dialogs.js",
    "jishi/forms.js",
    "jishi/keeping.js",
    "jishi/keyboard.js",
    "jishi/photos.js",
    "jishi/desk_steps.js",
    "jishi/offline.js",
    "jishi/offline_queue.js",
    "jishi/offline_sending.js",
    "jishi/phone_day.js",
    "jishi/phone_register.js",
)
WORKER = "jishi/offline_worker.js"


@page(public=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker with the names of the files as they are served today; a new name makes a new worker."""
    files = [static(name) for name in FILES]
    shell = {
        "version": digest(canonical([*files, static(WORKER)]))[:12],
        "files": files,
        "static": static("jishi/logo.svg").split("jishi/")[0],
        "pages": [reverse("day"), reverse("phone_register")],
        "notice": reverse("no_network"),
    }
    text = f"self.SHELL = {canonical(shell).decode()};\nimportScripts({canonical(static(WORKER)).decode()});\n"
    response = HttpResponse(text, content_type="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@page(public=True)
def no_network(request: HttpRequest) -> HttpResponse:
    """What stands in place of a page that cannot be fetched; kept in the phone, so it names nobody."""
    return show(request, "phone/no_network.html")
