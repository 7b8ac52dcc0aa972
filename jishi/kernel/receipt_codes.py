"""The code on a receipt: eight digits that prove to be the one who reported or ordered."""

import hashlib
import hmac

from jishi.kernel.numbers import RANDOM_RANGE


def make_code(digits: int) -> str:
    """The code for a number below 100,000,000, as it is printed: ``4827-1936``."""
    written = f"{digits:08d}"
    return f"{written[:4]}-{written[4:]}"


def derive_code(number: str, key: str) -> str:
    """The code of the receipt with this number: nobody works it out without ``key``, and it need not be kept."""
    drawn = hmac.digest(key.encode(), f"receipt-code:{number}".encode(), "sha256")
    return make_code(int.from_bytes(drawn) % RANDOM_RANGE)


def code_digest(code: str) -> str:
    """What is kept of a code: its SHA-256, of the digits alone."""
    return hashlib.sha256("".join(filter(str.isdigit, code)).encode()).hexdigest()


def code_matches(code: str, digest: str) -> bool:
    return bool(code) and hmac.compare_digest(code_digest(code), digest)
