"""Logging in with a user name and a password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpRequest

from jishi.accounts.models import Person


class PersonBackend(BaseBackend):
    """Knows people in service only. An unknown name, a leaver and a wrong password take the same time."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> Person | None:
        if username is None or password is None:
            return None
        person = Person.objects.filter(username=username).first()
        if person is None:
            Person().set_password(password)  # the time a real comparison would have taken
            return None
        right = person.check_password(password)
        return person if right and person.is_active else None

    def get_user(self, user_id: int) -> Person | None:
        return Person.objects.filter(pk=user_id, is_active=True).first()


class Argon2(Argon2PasswordHasher):
    """Argon2id with the least cost OWASP recommends: 19 MiB and two passes.

    Django's own 100 MiB a login would let eight people logging in at once outgrow a small machine.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
