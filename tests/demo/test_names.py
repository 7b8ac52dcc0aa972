"""People who cannot exist: names put together at random, numbers that cannot be dialled."""

import datetime as dt
import re
from random import Random

from jishi.accounts.rules.identity import check_details
from jishi.demo import names
from jishi.kernel.citizen_numbers import parse_citizen_number
from jishi.kernel.credit_codes import parse_credit_code


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


def test_documents_and_credit_codes_hold_together_and_belong_to_nobody():
    """No division begins with 00, and no registering authority has a 0."""
    chance = Random(1)
    for _ in range(500):
        born = dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(34_000))
        number = parse_citizen_number(names.citizen_number(chance, born, male=True), dt.date(2026, 1, 1))
        assert (number.text[:6], number.birth_date, number.is_male) == ("000000", born, True)
        assert parse_credit_code(names.credit_code(chance)).startswith("00000000")
