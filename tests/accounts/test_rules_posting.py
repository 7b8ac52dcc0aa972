"""Which posting makes sense, enumerated over role × depth × organisation."""

from itertools import product

import pytest

from jishi.accounts.rules.identity import check_details, check_username
from jishi.accounts.rules.posting import Office, Place, check_posting
from jishi.accounts.rules.roles import Role
from jishi.kernel.errors import Invalid

PLACES = {
    0: Place(1, "石峰区", 0, "/1/"),
    1: Place(2, "响石岭街道", 1, "/1/2/"),
    2: Place(3, "响石社区", 2, "/1/2/3/"),
    3: Place(4, "第一网格", 3, "/1/2/3/4/"),
}
KINDS = ("centre", "department", "town_office", "community_office", "utility")
# An office of each kind in the same unit as the posting, in the county, or in the unit next door.
WHERE = ("here", "county", "next door")

ALLOWED = {
    (Role.GRID_WORKER, 3, None, None),
    (Role.COMMUNITY, 2, "community_office", "here"),
    (Role.LEADER, 0, None, None),
    (Role.LEADER, 1, None, None),
    (Role.ADMINISTRATOR, 0, None, None),
    (Role.AUDITOR, 0, None, None),
    *((Role.DISPATCHER, depth, "centre", "here") for depth in range(4)),
    (Role.DISPATCHER, 0, "centre", "county"),
    *(
        (Role.HANDLER, depth, kind, where)
        for depth in range(4)
        for kind in ("department", "town_office", "utility")
        for where in ("here", "county")
    ),
}


def office(kind: str | None, where: str | None, place: Place) -> Office | None:
    if kind is None:
        return None
    unit_id, path = {
        "here": (place.id, place.path),
        "county": (1, "/1/"),
        "next door": (99, f"{place.path.rsplit('/', 2)[0]}/99/"),
    }[where or ""]
    return Office(f"某{kind}", kind, unit_id, path)


CASES = [
    (role, depth, kind, where)
    for role, depth in product(Role, PLACES)
    for kind, where in [(None, None), *product(KINDS, WHERE)]
]


@pytest.mark.parametrize(("role", "depth", "kind", "where"), CASES)
def test_a_posting_is_taken_exactly_where_it_makes_sense(role, depth, kind, where):
    place = PLACES[depth]
    given = office(kind, where, place)
    if (role, depth, kind, where) in ALLOWED:
        check_posting(role, place, given)
    else:
        with pytest.raises(Invalid) as refused:
            check_posting(role, place, given)
        assert refused.value.field in {"unit_id", "organization_id"}


@pytest.mark.parametrize("username", ["li", "xiao.li-2", "a" * 60])
def test_a_user_name_is_lower_case_latin(username: str):
    check_username(username)


@pytest.mark.parametrize("username", ["", "a", "Li", "小李", "1li", "li li", "li\n", "a" * 61, "<b>", "li'--"])
def test_other_user_names_are_refused(username: str):
    with pytest.raises(Invalid) as refused:
        check_username(username)
    assert refused.value.field == "username"


@pytest.mark.parametrize(
    ("name", "phone", "email", "field"),
    [
        ("", "", "", "name"),
        ("李" * 61, "", "", "name"),
        ("李\x00", "", "", "name"),
        ("李\n四", "", "", "name"),
        ("小李", "abc", "", "phone"),
        ("小李", "1" * 21, "", "phone"),
        ("小李", "", "li", "email"),
        ("小李", "", "li@example", "email"),
        ("小李", "", "li @example.org", "email"),
    ],
)
def test_details_that_cannot_be_are_refused_with_their_field(name, phone, email, field):
    with pytest.raises(Invalid) as refused:
        check_details(name, phone, email)
    assert refused.value.field == field


def test_phone_and_address_may_be_left_out():
    check_details("小李", "", "")
    check_details("阿依古丽·买买提", "0731-2222 3333", "li@example.org")
