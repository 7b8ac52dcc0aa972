"""The code of a receipt stays with the browser that reported, so that its owner need not type it."""

from django.http import HttpRequest, HttpResponse

DAYS = 180


def _cookie(number: str) -> str:
    return f"receipt_{number}"


def keep_code(response: HttpResponse, number: str, code: str) -> None:
    """Keep the code in a signed cookie that scripts cannot read."""
    response.set_signed_cookie(
        _cookie(number), code, salt="receipt", max_age=DAYS * 86400, httponly=True, samesite="Lax"
    )


def code_kept(request: HttpRequest, number: str) -> str:
    """The code this browser was given for the number, or nothing."""
    return request.get_signed_cookie(_cookie(number), default="", salt="receipt", max_age=DAYS * 86400) or ""
