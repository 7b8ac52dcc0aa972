"""Logging in."""

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import get_hasher

from jishi.accounts.backend import Argon2, PersonBackend
from jishi.accounts.models import Person
from tests.cast import PASSWORD, Cast

pytestmark = pytest.mark.django_db


def test_the_right_password_lets_in(cast: Cast):
    li = cast.person("li")
    assert authenticate(username="li", password=PASSWORD) == li


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("li", "wrong"),
        ("li", ""),
        ("li", None),
        (None, PASSWORD),
        ("LI", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ],
)
def test_anything_else_does_not(cast: Cast, username, password):
    cast.person("li")
    assert authenticate(username=username, password=password) is None


def test_a_leaver_is_not_let_in_nor_remembered(cast: Cast):
    li = cast.person("li")
    backend = PersonBackend()
    assert backend.get_user(li.pk) == li
    Person.objects.update(is_active=False)
    assert authenticate(username="li", password=PASSWORD) is None
    assert backend.get_user(li.pk) is None


@pytest.mark.parametrize("case", ["unknown", "inactive", "wrong password"])
def test_every_refusal_costs_one_hash(cast: Cast, monkeypatch: pytest.MonkeyPatch, case: str):
    li = cast.person("li")
    if case == "inactive":
        Person.objects.filter(pk=li.pk).update(is_active=False)
    hasher = type(get_hasher())
    counted = []
    encode = hasher.encode

    def counting(self, *given):
        counted.append(1)
        return encode(self, *given)

    monkeypatch.setattr(hasher, "encode", counting)
    name = "nobody" if case == "unknown" else "li"
    assert authenticate(username=name, password="wrong") is None
    assert sum(counted) == 1


def test_the_cost_of_a_password_is_what_owasp_asks_and_memory_allows():
    hasher = Argon2()
    encoded = hasher.encode("shi-feng", hasher.salt())
    assert "$m=19456,t=2,p=1$" in encoded
    assert hasher.verify("shi-feng", encoded)
    assert not hasher.must_update(encoded)


def test_the_user_model_is_the_person():
    assert get_user_model() is Person
