"""Conditions on keys that another query finds, answered key by key from the index."""

from typing import Any

from django.db.models import Field, ForeignKey
from django.db.models.lookups import In


@ForeignKey.register_lookup
@Field.register_lookup
class AmongRows(In):
    """``pk__among_rows=queryset``: the keys are found first, then each is looked up in the index.

    Of ``pk__in=queryset`` PostgreSQL makes a join, and for some thousand keys among a million rows it reads all the
    rows rather than trust an index. Made into an array, the keys are few as far as it knows. For parts of a table, of
    which an area is one, and once in a query: a second array would be searched through for every row.
    """

    lookup_name = "among_rows"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        if connection.vendor == "postgresql":
            return f"= ANY(ARRAY{rhs})"
        return str(super().get_rhs_op(connection, rhs))
