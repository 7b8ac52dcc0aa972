import datetime as dt
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.canonical import canonical, digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(facts=st.dictionaries(st.text(), VALUES), shuffle=st.randoms())
def test_the_order_of_keys_does_not_matter(facts, shuffle):
    keys = list(facts)
    shuffle.shuffle(keys)
    assert canonical({key: facts[key] for key in keys}) == canonical(facts)


@given(a=VALUES, b=VALUES)
def test_different_values_have_different_bytes(a, b):
    def same(x: object, y: object) -> bool:
        # In Python True == 1, which the canonical form rightly keeps apart.
        return repr_sorted(x) == repr_sorted(y)

    assert (canonical(a) == canonical(b)) == same(a, b)


def repr_sorted(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{repr_sorted(v)}" for k, v in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(repr_sorted, value)) + "]"
    return repr(value)


def test_chinese_stays_readable():
    assert canonical({"b": 1, "a": "石峰"}) == '{"a":"石峰","b":1}'.encode()


def test_dates_and_decimals_have_a_form_and_other_things_are_refused():
    assert canonical([dt.date(2026, 11, 22), Decimal("1.50")]) == b'["2026-11-22","1.50"]'
    with pytest.raises(TypeError):
        canonical({1, 2})


def test_text_and_its_bytes_have_one_fingerprint():
    assert digest("石峰") == digest("石峰".encode()) == sha256("石峰".encode()).hexdigest()
