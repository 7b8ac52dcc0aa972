"""Who is told what, and how a message to a program is signed."""

import hashlib
import hmac
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A line for the inbox of one person; longer than 300 characters is cut."""

    person_id: int
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class ToMailbox:
    """A message to one e-mail address."""

    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Spread:
    """All that follows from one event. Webhooks are added by themselves: they follow from what was subscribed."""

    people: tuple[ToPerson, ...] = ()
    mailboxes: tuple[ToMailbox, ...] = ()


def signature(*, secret: str, number: int, body: str) -> str:
    """What a webhook's receiver compares: HMAC-SHA256 over the delivery's number, a dot and the body.

    The number is signed too, so that nobody can send a message they overheard again under another number.
    """
    signed = hmac.new(secret.encode(), f"{number}.{body}".encode(), hashlib.sha256)
    return f"sha256={signed.hexdigest()}"
