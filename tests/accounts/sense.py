"""What must hold for all postings together, whatever became of units and offices."""

from django.db.models import F, Q

from jishi.accounts.models import Posting
from jishi.accounts.rules.posting import Office, Place, check_posting
from jishi.accounts.rules.roles import Role
from tests.cast import TODAY


def all_make_sense() -> None:
    """Every posting not over is at a live unit and fits its live office, as the rules ask of a new one."""
    held = Posting.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")) & Q(valid_to__gt=TODAY))
    for posting in held.select_related("unit", "organization__unit"):
        unit, office = posting.unit, posting.organization
        assert unit.valid_to is None
        assert office is None or office.valid_to is None
        check_posting(
            Role(posting.role),
            Place(unit.pk, unit.name, unit.depth, unit.path),
            office and Office(office.name, office.kind, office.unit_id, office.unit.path),
        )
