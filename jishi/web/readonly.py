"""A page that is only looked at cannot write: the database refuses during GET."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.utils.module_loading import import_string

READS = re.compile(
    r"\s*(?:SELECT|SAVEPOINT|RELEASE|ROLLBACK|COMMIT|BEGIN|EXPLAIN|PRAGMA|SET\s+(?:LOCAL\s+)?TRANSACTION|\()",
    re.IGNORECASE,
)
COMMON_TABLE = re.compile(r"\s*WITH\b", re.IGNORECASE)
WRITING_WORDS = re.compile(r"\b(?:INSERT|UPDATE|DELETE|MERGE)\b", re.IGNORECASE)


class WriteRefused(RuntimeError):
    """A view tried to write while it answered a GET: a mistake in the program, never the reader's."""


def session_table() -> str:
    store: type[SessionBase] = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    return str(store.get_model_class()._meta.db_table)  # type: ignore[attr-defined]


def reads_only(sql: str) -> bool:
    """Whether the statement only reads; a common table expression may hide a write, so its words are looked at."""
    if COMMON_TABLE.match(sql):
        return not WRITING_WORDS.search(sql)
    return bool(READS.match(sql))


def refuse_writes(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if reads_only(sql) or f'"{session_table()}"' in sql:
        return execute(sql, params, many, context)
    raise WriteRefused(f"a GET may not write: {sql[:120]}")


@contextmanager
def read_only() -> Iterator[None]:
    with connection.execute_wrapper(refuse_writes):
        yield
