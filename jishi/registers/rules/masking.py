"""What is shown of a document number or a telephone number to somebody who has named no purpose."""

from jishi.registers.rules.fields import FIELDS
from jishi.registers.rules.vocabulary import Sensitivity

SENSITIVE = frozenset(
    field.name for fields in FIELDS.values() for field in fields.values() if field.sensitivity is Sensitivity.GUARDED
)


def masked(field: str, value: str) -> str:
    """``138****1234`` for a phone, ``430***********0071`` for a document; other fields as they are.

    Of what is too short to hide its middle nothing is shown.
    """
    if field not in SENSITIVE or not value:
        return value
    before, behind = (3, 4) if len(value) >= 11 else (1, 1) if len(value) >= 6 else (0, 0)
    return value[:before] + "*" * (len(value) - before - behind) + value[len(value) - behind :]
