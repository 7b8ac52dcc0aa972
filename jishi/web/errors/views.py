"""Pages for what went wrong: in plain Chinese, with what to do next and the number of the request."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines

from jishi.kernel.errors import DomainError
from jishi.web.context import page_context


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    text: str


KEPT = "您填写的内容仍保存在本机，返回原页面后会自动恢复。"
WORDS = {
    400: Words("请求无法识别", "浏览器发来的内容不完整或格式不对，请返回重试。"),
    403: Words("没有权限", "您的岗位没有这项权限。如果工作需要，请联系系统管理员。"),
    404: Words("没有找到", "没有这个页面或事项，或者它不在您的查看范围内。请检查网址或编号。"),
    405: Words("不能这样打开", "这个地址只接受页面上的按钮提交，请从页面进入。"),
    409: Words("情况已经变化", "其他人刚刚处理过，请刷新后再看。"),
    413: Words("内容太大", "一次提交的内容或照片过大。请减少照片数量或压缩后再提交。" + KEPT),
    422: Words("填写有误", "有内容需要修改后再提交。" + KEPT),
    429: Words("操作太频繁", "短时间内尝试次数过多，请稍后再试。"),
    500: Words(
        "系统出错了",
        f"这是系统的问题，不是您的操作有误。{KEPT}请稍后再试；如果一直如此，请把下面的编号告诉管理员。",
    ),
}
EXPIRED = Words("页面已过期", "页面打开太久，或刚在别的窗口重新登录过，这次没有提交成功。" + KEPT)
CHROMELESS = frozenset({500})  # whatever broke may have broken the navigation too


def error_page(request: HttpRequest, status: int, words: Words | None = None) -> HttpResponse:
    """The page of a status; for htmx a notice that joins the others at the edge of the page."""
    words = words or WORDS.get(status, WORDS[400])
    known = {
        "status": status,
        "words": words,
        "number": getattr(request, "number", ""),
        "back": request.headers.get("Referer", ""),
    }
    env = engines["jinja2"].env  # type: ignore[attr-defined]
    if getattr(request, "is_htmx", False):
        text = env.get_template("errors/notice.html").render(known)
        return HttpResponse(text, status=status, headers={"HX-Retarget": "#toasts", "HX-Reswap": "beforeend"})
    if status in CHROMELESS:
        return HttpResponse(env.get_template("errors/broken.html").render(known), status=status)
    return HttpResponse(env.get_template("errors/page.html").render(page_context(request) | known), status=status)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A DomainError that the view let through."""
    words = WORDS.get(error.status, WORDS[400])
    return error_page(request, error.status, Words(words.title, error.message or words.text))


def method_not_allowed(request: HttpRequest, allowed: Sequence[str]) -> HttpResponse:
    response = error_page(request, 405)
    response.headers["Allow"] = ", ".join(allowed)
    return response


def too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return error_page(request, 413)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return too_large(request, exception)
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: PermissionDenied | BadRequest) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    return error_page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The CSRF check failed; the usual reason is a page that lay open too long."""
    return error_page(request, 403, EXPIRED)
