"""Refusals as programs read them: one JSON shape in Chinese for every status."""

from collections.abc import Mapping

import orjson
from django.http import HttpResponse

from jishi.kernel.errors import DomainError


class Unreadable(DomainError):
    """The request is not what its content type says it is."""

    status = 400


class Unknown(DomainError):
    """Nobody known is asking."""

    status = 401


class NotAllowed(DomainError):
    """The address is right, the method is not."""

    status = 405


class Unsupported(DomainError):
    """A body in a format nobody here reads."""

    status = 415


# The word a program branches on; the sentence beside it is for people.
CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "too_many",
    500: "broken",
}
SENTENCES: Mapping[int, str] = {
    400: "请求无法识别",
    401: "请先登录，或在请求头 Authorization 中以 Bearer 方式带上密钥",
    403: "您的岗位没有这项权限",
    404: "没有找到，或不在您的查看范围内",
    405: "这个地址不接受这种请求方法",
    409: "情况已经变化，请重新读取后再试",
    413: "内容太大",
    415: "请以 application/json 或 multipart/form-data 提交",
    422: "有内容不能使用",
    429: "请求太频繁，请稍后再试",
    500: "系统出错了，请稍后再试；如果一直如此，请把响应头 X-Request-ID 告诉管理员",
}


def refusal(error: DomainError) -> HttpResponse:
    """The answer for a request that was refused, with the headers its status asks for."""
    return refused(error.status, error.message, error.field)


def refused(status: int, message: str = "", field: str | None = None) -> HttpResponse:
    """``{"error": {"code", "message", "field"}}``; the message defaults to the usual sentence of the status."""
    code = CODES.get(status, "bad_request" if status < 500 else "broken")
    content = {"error": {"code": code, "message": message or SENTENCES.get(status, SENTENCES[400]), "field": field}}
    response = HttpResponse(orjson.dumps(content), status=status, content_type="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="jishi"'
    if status == 429:
        response.headers["Retry-After"] = "60"
    return response
