"""The first page, logging in and out, and the size of the type."""

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jishi.accounts.queries import viewer_of
from jishi.kernel.errors import DomainError, Invalid
from jishi.web.context import LARGE_TYPE
from jishi.web.guards import own_path, page
from jishi.web.navigation import first_page
from jishi.web.pages import show
from jishi.web.session.forms import LoginForm
from jishi.web.session.throttle import check_may_try, count_failure, forget_failures


@page(public=True)
def home(request: HttpRequest) -> HttpResponse:
    return show(request, "session/home.html")


@page(public=True, writes=True)
def login(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; afterwards the page asked for, or the first page of the person's work."""
    wanted = own_path(request, request.POST.get("next") or request.GET.get("next", ""))
    form = LoginForm(request.POST or None)
    known = {"login_form": form, "next": wanted or ""}
    if request.method != "POST":
        return show(request, "session/login.html", known)
    if not form.is_valid():
        return show(request, "session/login.html", known, status=422)
    try:
        person_id = sign_in(request, form.cleaned_data["username"], form.cleaned_data["password"])
    except DomainError as error:
        form.blame(error)
        return show(request, "session/login.html", known, status=error.status)
    viewer = viewer_of(person_id, timezone.localdate())
    return redirect(wanted or (first_page(viewer) if viewer is not None else "home"))


def sign_in(request: HttpRequest, username: str, password: str) -> int:
    """Check the password and begin the session; returns the person's id.

    Raises Invalid for a wrong name or password (never saying which), TooMany after ten failures in five minutes.
    """
    check_may_try(request, username)
    person = auth.authenticate(request, username=username, password=password)
    if person is None:
        count_failure(request, username)
        raise Invalid("用户名或密码不对")
    forget_failures(request, username)
    auth.login(request, person)
    return int(person.pk)


@page(public=True, writes=True)
def logout(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return redirect("home")
    auth.logout(request)
    messages.success(request, "已退出登录")
    return redirect("home")


@page(public=True)
def type_size(request: HttpRequest) -> HttpResponse:
    """Switch the large-type mode (大字版) and go back; kept in a cookie, so it needs neither login nor script."""
    response = redirect(own_path(request, request.GET.get("next", "")) or "home")
    if request.COOKIES.get(LARGE_TYPE) == "1":
        response.delete_cookie(LARGE_TYPE)
    else:
        response.set_cookie(LARGE_TYPE, "1", max_age=365 * 86400, samesite="Lax")
    return response
