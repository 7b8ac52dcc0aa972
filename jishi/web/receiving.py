"""A form that arrives twice is carried out once: by its hidden once_key, for whoever sent it."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone

from jishi.kernel.canonical import canonical
from jishi.once.actions import answered_before, once

# These belong to the sending of a form, not to what it says.
ONLY_ON_THE_WAY = frozenset({"csrfmiddlewaretoken", "once_key", "person"})


def do_once(
    request: HttpRequest, said: Any, act: Callable[[], dict[str, Any]], *, key: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Carry out ``act`` unless this form was carried out before; its answer, and whether that was earlier.

    ``said`` is what the form asks for (anything JSON can hold): the same key with another wish is a Conflict. ``key``
    is the one of the form unless a script sent it another way.
    """
    return once(
        sender=sender_of(request),
        key=once_key_of(request) if key is None else key,
        request=canonical([request.path, said]),
        now=timezone.now(),
        act=act,
    )


def done_before(request: HttpRequest, said: Any) -> dict[str, Any] | None:
    """The answer this form got if it was carried out before; None if it is new or says something else now."""
    return answered_before(sender=sender_of(request), key=once_key_of(request), request=canonical([request.path, said]))


def as_posted(request: HttpRequest) -> dict[str, Any]:
    """What a form says, as it arrived: its fields in their order, its files by their digests."""
    fields = {name: request.POST.getlist(name) for name in sorted(request.POST) if name not in ONLY_ON_THE_WAY}
    files = {name: [_digest(file) for file in request.FILES.getlist(name)] for name in sorted(request.FILES)}
    return {"fields": fields, "files": files}


def _digest(file: UploadedFile) -> str:
    """The digest of an uploaded file, read piece by piece and left as if it had not been read."""
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    file.seek(0)
    return found.hexdigest()


def sender_of(request: HttpRequest) -> str:
    viewer = request.viewer  # type: ignore[attr-defined]
    return f"person:{viewer.person_id}" if viewer is not None else "anonymous"


def once_key_of(request: HttpRequest) -> str:
    return request.POST.get("once_key", "")
