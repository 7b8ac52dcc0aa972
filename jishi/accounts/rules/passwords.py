"""What a password is once it has been found good, and what is said of a weak one."""

from dataclasses import dataclass, field

# By Django's code; its catalogue leaves one of these in English.
WEAK_PASSWORDS = {
    "password_too_short": "密码至少 8 位",
    "password_too_common": "这个密码太常见，容易被猜到，请另设密码",
}


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as it is kept; made of an empty one, nobody can log in with it."""

    encoded: str = field(repr=False)
