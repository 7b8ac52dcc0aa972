"""What a user name, a name and a phone number look like."""

import re

from jishi.kernel.errors import Invalid

USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,59}")
PHONE = re.compile(r"[0-9+() -]{3,20}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,}")


def check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise Invalid("用户名用小写字母开头，由小写字母、数字、点、横线组成，2 至 60 位", field="username")


def check_details(name: str, phone: str, email: str) -> None:
    """Raise ``Invalid`` for a missing name, or a phone number or address that is none; both may be empty."""
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise Invalid("请填写姓名，不超过 60 字", field="name")
    if phone and not PHONE.fullmatch(phone):
        raise Invalid("电话只能有数字、空格、括号和横线，不超过 20 位", field="phone")
    if email and not EMAIL.fullmatch(email):
        raise Invalid("邮箱地址不完整", field="email")
