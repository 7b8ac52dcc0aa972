"""Rows that are true for a period of days: nothing that was true is overwritten."""

import datetime as dt

from django.db import models
from django.db.models import F, Q


def live_on(day: dt.date, prefix: str = "") -> Q:
    """Rows whose period contains ``day``; ``valid_to`` is the first day on which the row no longer holds."""
    return Q(**{f"{prefix}valid_from__lte": day}) & (
        Q(**{f"{prefix}valid_to__isnull": True}) | Q(**{f"{prefix}valid_to__gt": day})
    )


class DatedModel(models.Model):
    """A row with a period: from its first day up to, not including, ``valid_to`` (empty = still true)."""

    valid_from = models.DateField("起始日")
    valid_to = models.DateField("终止日", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="%(class)s_period_ends_after_it_begins",
            )
        ]
