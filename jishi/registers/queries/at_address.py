"""What of the registers stands at an address; how much, not who."""

from jishi.registers.models import Dwelling, Premises


def standing_at(address_id: int) -> tuple[int, int]:
    """How many live homes and how many live premises have this address."""
    here = {"address_id": address_id, "valid_to__isnull": True}
    return Dwelling.objects.filter(**here).count(), Premises.objects.filter(**here).count()
