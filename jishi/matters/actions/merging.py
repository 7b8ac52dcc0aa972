"""Merging without circles: of two people merging two matters into each other exactly one succeeds."""

from jishi.matters.models import Matter


def lock_in_order(number: str, into: str) -> None:
    """Hold both rows until the transaction ends, always in the same order, so that what is read of them stays true.

    SQLite lets one writer in at a time anyway and ignores the lock.
    """
    list(Matter.objects.select_for_update().filter(number__in=[number, into]).order_by("id").values_list("id"))
