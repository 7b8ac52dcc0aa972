"""Merging without circles, and undoing it only while the matter that was handled for it is open.

Of two people merging two matters into each other exactly one succeeds; so it is of one who undoes a merger while
another closes the main matter.
"""

from jishi.matters.models import Matter
from jishi.matters.queries.facts import merge_line


def lock_in_order(number: str, into: str) -> None:
    """Hold both rows until the transaction ends, always in the same order, so that what is read of them stays true.

    SQLite lets one writer in at a time anyway and ignores the lock.
    """
    list(Matter.objects.select_for_update().filter(number__in=[number, into]).order_by("id").values_list("id"))


def lock_with_main(number: str) -> None:
    """Hold a merged matter and all it was merged into until the transaction ends."""
    held: list[int] = []
    matter_id = Matter.objects.filter(number=number).values_list("id", flat=True).first()
    while matter_id is not None and held != (line := merge_line(matter_id)):
        list(Matter.objects.select_for_update().filter(pk__in=line).order_by("id").values_list("id"))
        held = line
