"""People who cannot exist: names put together at random, numbers that cannot be dialled."""

import re
from random import Random

from jishi.accounts.rules.identity import check_details
from jishi.demo import names


def test_a_name_is_a_surname_and_two_characters():
    chance = Random(1)
    made = {names.person_name(chance) for _ in range(2000)}
    assert all(len(name) == 3 for name in made)
    assert len(made) > 1500


def test_no_number_could_be_dialled():
    """No number of a phone (1…), a line (0 and a code that begins with 1 to 9) or a country (00 and 1 to 9)."""
    chance = Random(1)
    for _ in range(2000):
        made = names.phone(chance)
        assert re.fullmatch(r"000\d{8}", made)
        check_details("演示", made, "")
