"""All addresses at which somebody may live, for work on whole files."""

from django.db.models import Exists, OuterRef

from jishi.addresses.models import Address

# id, code, full name, unit, and whether nothing lies below it: a room, or a house without rooms
Home = tuple[int, str | None, str, int, bool]


def live_homes() -> list[Home]:
    """Every live address from the door down."""
    below = Address.objects.filter(parent_id=OuterRef("pk"), valid_to__isnull=True)
    live = Address.objects.filter(valid_to__isnull=True, code__isnull=False).annotate(divided=Exists(below))
    rows = live.values_list("id", "code", "full_name", "unit_id", "divided")
    return [(id, code, name, unit_id, not divided) for id, code, name, unit_id, divided in rows.iterator(20_000)]
