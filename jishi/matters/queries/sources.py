"""Which rows of an outside source were registered before."""

from collections.abc import Iterable

from jishi.matters.models import Matter


def numbers_by_source(keys: Iterable[str]) -> dict[str, str]:
    """The matter numbers of the source keys that are known here."""
    rows = Matter.objects.filter(source_key__in=list(keys)).values_list("source_key", "number")
    return {key: number for key, number in rows if key is not None}
