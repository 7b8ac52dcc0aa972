"""Errors in the words of the people who meet them. Pages and endpoints map each class to one status."""


class DomainError(Exception):
    """Something a person asked for cannot be done; the message says why and, where possible, what to do."""

    status = 400

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field  # the form field the message belongs to


class Invalid(DomainError):
    """What was typed is not usable as it stands."""

    status = 422


class Forbidden(DomainError):
    """The person's postings do not allow this."""

    status = 403


class NotFound(DomainError):
    """No such thing, or not one this person may know of: the two are never told apart."""

    status = 404


class Conflict(DomainError):
    """Somebody else was faster, or the thing is no longer in the state the request assumed."""

    status = 409


class TooLarge(DomainError):
    """More was sent than is taken."""

    status = 413


class TooMany(DomainError):
    """Too many tries in a short time."""

    status = 429
