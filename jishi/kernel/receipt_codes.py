"""The code on a receipt: eight digits that prove to be the one who reported or ordered."""

import hmac
from collections.abc import Sequence

from jishi.kernel.numbers import RANDOM_RANGE


def make_code(digits: int) -> str:
    """The code for a number below 100,000,000, as it is printed: ``4827-1936``."""
    written = f"{digits:08d}"
    return f"{written[:4]}-{written[4:]}"


def derive_code(number: str, key: str) -> str:
    """The code of the receipt with this number: nobody works it out without ``key``, and it need not be kept."""
    drawn = hmac.digest(key.encode(), f"receipt-code:{number}".encode(), "sha256")
    return make_code(int.from_bytes(drawn) % RANDOM_RANGE)


def code_digest(code: str, number: str, key: str) -> str:
    """What is kept of a code: the HMAC of its digits and of the number of its receipt.

    There are only a hundred million codes: without a key, whoever reads the table could try them all.
    """
    digits = "".join(filter(str.isdigit, code))
    return hmac.digest(key.encode(), f"receipt-digest:{number}:{digits}".encode(), "sha256").hex()


def code_matches(code: str, number: str, digest: str, keys: Sequence[str]) -> bool:
    """Whether ``code`` is the one of this receipt, noted under any of the keys."""
    return bool(code) and any(hmac.compare_digest(code_digest(code, number, key), digest) for key in keys)
