"""Django's database sessions with the person in a column (the setting SESSION_ENGINE names this module)."""

from typing import Any, cast

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from jishi.accounts.models import Session


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = cast(Session, super().create_model_instance(data))
        person_id = data.get(SESSION_KEY)
        session.person_id = int(person_id) if person_id is not None else None
        return session
