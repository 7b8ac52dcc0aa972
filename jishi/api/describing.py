"""The OpenAPI document's side of an endpoint, made from the very shapes that read its requests."""

from collections.abc import Collection, Iterable
from types import GenericAlias
from typing import Any, Protocol

import msgspec

from jishi.api.refusals import CODES, SENTENCES
from jishi.api.writes import KEY, PATTERN

REFS = "#/components/schemas/{name}"
COMPONENTS: dict[str, Any] = {}  # filled while the endpoints are declared


class Reason(msgspec.Struct, frozen=True):
    """为什么没有办成。"""

    code: str  # one of CODES
    message: str
    field: str | None


class Refusal(msgspec.Struct, frozen=True):
    """所有错误都用这一种写法。"""

    error: Reason


def schema_of(shape: Any) -> dict[str, Any]:
    """The JSON schema of a shape; named parts go to the components."""
    (schema,), parts = msgspec.json.schema_components([shape], ref_template=REFS)
    for name, part in parts.items():
        assert COMPONENTS.setdefault(name, part) == part, f"two shapes are called {name}"
    return dict(schema)


class Step(Protocol):
    """What a line of a step table tells of a step, whichever room it belongs to."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def needs(self) -> Collection[str]: ...
    @property
    def takes(self) -> Collection[str]: ...


def step_table(says: str, steps: Iterable[Step]) -> str:
    """What an endpoint for every step of a table says of itself: a sentence, and what each step needs and takes."""
    return "\n".join(
        (
            says,
            "",
            "| 步骤 | 名称 | 必给 | 可给 |",
            "| --- | --- | --- | --- |",
            *(f"| `{step.name}` | {step.label} | {_fields(step.needs)} | {_fields(step.takes)} |" for step in steps),
        )
    )


def _fields(names: Iterable[str]) -> str:
    return "、".join(f"`{name}`" for name in names) or "无"


def described(
    *,
    answer: Any,
    status: int = 200,
    body: type[msgspec.Struct] | None = None,
    photos: bool = False,
    query: type[msgspec.Struct] | None = None,
    refuses: Iterable[int] = (),
    example: Any = None,
    public: bool = False,
) -> dict[str, Any]:
    """Arguments for a ninja route: what it takes, what it answers and every way it refuses.

    ``refuses`` names what is particular to the endpoint; that it may refuse a method, an unknown asker, a body or a
    missing key follows from the rest. ``body`` means that it writes.
    """
    errors = {405, *refuses} | (set() if public else {401, 403})
    if query is not None:
        errors |= {422}
    extra: dict[str, Any] = {"parameters": parameters_of(query) if query is not None else []}
    if body is not None:
        errors |= {400, 409, 413, 415, 422}
        extra["parameters"].append(IDEMPOTENCY)
        extra["requestBody"] = _request_body(body, photos, example)
    responses: dict[int, Any] = {status: _success(answer, writes=body is not None)}
    responses |= {error: {"$ref": f"#/components/responses/{CODES[error]}"} for error in sorted(errors)}
    return {"response": {status: None}, "openapi_extra": {**extra, "responses": responses}}


def _success(answer: Any, *, writes: bool) -> dict[str, Any]:
    """What a successful answer holds: a shape, a list of one, or for text a media type."""
    if isinstance(answer, str):
        return {"description": "文件", "content": {answer: {"schema": {"type": "string", "format": "binary"}}}}
    item = answer.__args__[0] if isinstance(answer, GenericAlias) else answer
    found: dict[str, Any] = {
        "description": (item.__doc__ or "成功").strip(),
        "content": {"application/json": {"schema": schema_of(answer)}},
    }
    if writes:
        found["headers"] = {
            "Idempotent-Replay": {
                "description": "为 true 时，这是同一个请求上一次的答复，没有重复办理",
                "schema": {"type": "string", "enum": ["true"]},
            }
        }
    return found


def _refusal(status: int) -> dict[str, Any]:
    said = {"error": {"code": CODES[status], "message": SENTENCES[status], "field": None}}
    found: dict[str, Any] = {
        "description": SENTENCES[status],
        "content": {"application/json": {"schema": schema_of(Refusal), "example": said}},
    }
    if status == 401:
        found["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    return found


REFUSALS = {code: _refusal(status) for status, code in CODES.items() if status < 500}

IDEMPOTENCY = {
    "name": KEY,
    "in": "header",
    "required": True,
    "description": "自选的操作编号，8至80个可见英文字符。没有收到答复时用同一个编号重发，不会重复办理。",
    "schema": {"type": "string", "minLength": 8, "maxLength": 80, "pattern": PATTERN},
    "example": "0b0f6c1e-6f4e-4a57-9f0e-3d2f5a1c7b90",
}


def _request_body(body: type[msgspec.Struct], photos: bool, example: Any) -> dict[str, Any]:
    schema = schema_of(body)
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if example is not None:
        content["application/json"]["example"] = example
    if photos:
        content["multipart/form-data"] = {"schema": _with_photos(COMPONENTS[body.__name__])}
    return {"required": True, "content": content}


def _with_photos(schema: dict[str, Any]) -> dict[str, Any]:
    files = {
        "type": "array",
        "maxItems": 6,
        "description": "照片（JPG、PNG、WebP，每张不超过10MB）；拍摄位置等信息会被去掉",
        "items": {"type": "string", "format": "binary"},
    }
    fields = {name: without_null(field) for name, field in schema["properties"].items()}
    return {**schema, "title": f"{schema['title']}WithPhotos", "properties": {**fields, "photos": files}}


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A field of a form or a query is there or not there, never null."""
    if "anyOf" not in schema:
        return schema
    kinds = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "default"}}
    return {**kinds[0], **rest} if len(kinds) == 1 else {**schema, "anyOf": kinds}


def parameters_of(query: type[msgspec.Struct]) -> list[dict[str, Any]]:
    """The query parameters a shape reads."""
    schema_of(query)
    schema = COMPONENTS.pop(query.__name__)
    required = set(schema.get("required", ()))
    found = []
    for name, field in schema["properties"].items():
        plain = without_null(field)
        parameter = {"name": name, "in": "query", "required": name in required, "schema": plain}
        if "description" in plain:
            parameter["description"] = plain["description"]
        found.append(parameter)
    return found
