"""Reading requests: bodies and query strings into typed shapes, refused with the place and the reason.

Nothing that reaches a room holds a character no database keeps or a time no calendar counts: a NUL is refused, and
so is a year outside 2000 to 2100.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError

from jishi.api.refusals import Unreadable, Unsupported
from jishi.api.sayings import misfit
from jishi.kernel.canonical import canonical, digest
from jishi.kernel.errors import Invalid, TooLarge
from jishi.matters.actions.photos import MAX_BYTES, check_photo_count, read_photo
from jishi.matters.rules.given import PhotoFile
from jishi.matters.rules.reports import MAX_PHOTOS

MAX_JSON = 1024 * 1024  # the longest report is 20,000 characters
MAX_FORM = MAX_PHOTOS * MAX_BYTES + MAX_JSON
YEARS = range(2000, 2101)

S = TypeVar("S", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it was sent: the shape, the photos beside it, and what makes it the same request again."""

    shape: Any
    photos: tuple[PhotoFile, ...]
    asked: bytes


@cache
def decoder(shape: type[S]) -> msgspec.json.Decoder[S]:
    return msgspec.json.Decoder(shape)


def read_json(request: HttpRequest, shape: type[S]) -> S:
    """The JSON body as ``shape``. Raises 400 for broken JSON, 413, 415, and 422 with the field for a misfit."""
    if request.content_type != "application/json":
        raise Unsupported("请以 application/json 提交，并写明 Content-Type")
    content = _content(request)
    try:
        read = decoder(shape).decode(content)
    except msgspec.ValidationError as error:
        raise misfit(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"请求体不是完整的 JSON({_place(error)})") from error
    check_usable(read)
    return read


def _content(request: HttpRequest) -> bytes:
    if _length(request) > MAX_JSON:
        raise TooLarge(f"请求体最大{MAX_JSON // 1024}KB")
    try:
        return request.body
    except RequestDataTooBig as error:
        raise TooLarge(f"请求体最大{MAX_JSON // 1024}KB") from error
    except UnreadablePostError as error:
        raise Unreadable("请求没有传完") from error


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise Unreadable("请求头 Content-Length 不是数字") from error


def _place(error: Exception) -> str:
    text = str(error)
    if "(byte " in text:
        return f"第{int(text.rsplit('(byte ', 1)[1].rstrip(')')) + 1}个字节处"
    return "文字编码不是 UTF-8" if isinstance(error, UnicodeDecodeError) else "内容不完整或含有半个字符"


def read_sent(request: HttpRequest, shape: type[S]) -> Sent:
    """A JSON body, or a form with photos (multipart/form-data, files named ``photos``)."""
    if request.content_type != "multipart/form-data":
        if request.content_type != "application/json":
            raise Unsupported("请以 application/json 提交；有照片时以 multipart/form-data 提交")
        return Sent(read_json(request, shape), (), request.body)
    if _length(request) > MAX_FORM:
        raise TooLarge(f"一次最多{MAX_PHOTOS}张照片，每张不超过{MAX_BYTES // 1024 // 1024}MB")
    form, files = _form(request)
    unknown = [name for name in files if name != "photos"]
    if unknown:
        raise Invalid("照片的字段名是 photos", field=unknown[0])
    uploads = files.getlist("photos")
    check_photo_count(len(uploads))
    read = fitted(form, shape)
    contents = []
    for upload in uploads:
        if upload.size > MAX_BYTES:
            raise TooLarge(f"照片超过{MAX_BYTES // 1024 // 1024}MB，请压缩后再传", field="photos")
        contents.append(upload.read())
    asked = canonical({"fields": dict(form.lists()), "photos": [digest(content) for content in contents]})
    return Sent(read, tuple(read_photo(content) for content in contents), asked)


def _form(request: HttpRequest) -> tuple[QueryDict, Any]:
    try:
        return request.POST, request.FILES
    except (TooManyFieldsSent, TooManyFilesSent, RequestDataTooBig) as error:
        raise TooLarge("字段或内容太多") from error
    except (MultiPartParserError, BadRequest, UnreadablePostError, ValueError) as error:
        raise Unreadable("表单没有传完，或不是 multipart/form-data 的写法") from error


def read_form(request: HttpRequest) -> QueryDict:
    """An ordinary form. Raises 400, 413 as ``read_sent`` does."""
    if _length(request) > MAX_JSON:
        raise TooLarge(f"请求体最大{MAX_JSON // 1024}KB")
    return _form(request)[0]


def read_query(request: HttpRequest, shape: type[S]) -> S:
    """The query string as ``shape``; an unknown name is refused, for it is usually a misspelt filter."""
    return fitted(request.GET, shape)


def fitted(sent: QueryDict, shape: type[S]) -> S:
    """Form fields or query parameters as ``shape``: text is read as numbers, dates and yes or no where asked."""
    kinds = field_kinds(shape)
    plain: dict[str, Any] = {}
    for name, values in sent.lists():
        kind = kinds.get(name)
        if kind == "list":
            plain[name] = values
            continue
        if len(values) > 1:
            raise Invalid("只能写一次", field=name)
        plain[name] = values[0]
        # msgspec would read null as «not given» and 1 as yes, and a misspelt filter would show everything.
        if kind == "bool" and values[0] not in {"true", "false"}:
            raise Invalid("这里要 true 或 false", field=name)
        if kind == "other" and values[0].lower() == "null":
            raise Invalid("不需要这一项就不要写", field=name)
    try:
        read = msgspec.convert(plain, shape, strict=False)
    except msgspec.ValidationError as error:
        raise misfit(error) from error
    check_usable(read)
    return read


@cache
def field_kinds(shape: type[msgspec.Struct]) -> dict[str, str]:
    """For each field how its text is read: list, bool, text or other."""
    told = msgspec.inspect.type_info(shape)
    assert isinstance(told, msgspec.inspect.StructType)
    return {field.encode_name: _kind_of(field.type) for field in told.fields}


def _kind_of(kind: Any) -> str:
    while isinstance(kind, msgspec.inspect.Metadata):
        kind = kind.type
    if isinstance(kind, msgspec.inspect.UnionType):
        inner = [one for one in kind.types if not isinstance(one, msgspec.inspect.NoneType)]
        return _kind_of(inner[0])
    if isinstance(kind, msgspec.inspect.ListType):
        return "list"
    if isinstance(kind, msgspec.inspect.BoolType):
        return "bool"
    return "text" if isinstance(kind, msgspec.inspect.StrType) else "other"


def check_usable(read: msgspec.Struct) -> None:
    """Refuse NULs and times nobody can mean, wherever they stand in the shape."""
    for name, value in _values(read):
        if isinstance(value, str):
            if "\x00" in value:
                raise Invalid("含有不能使用的字符（NUL）", field=name)
        elif isinstance(value, dt.date) and value.year not in YEARS:
            raise Invalid(f"年份要在{YEARS[0]}到{YEARS[-1]}之间", field=name)


def _values(read: msgspec.Struct) -> Iterator[tuple[str, Any]]:
    for name in read.__struct_fields__:
        value = getattr(read, name)
        if isinstance(value, list | tuple):
            for item in value:
                yield name, item
        else:
            yield name, value
