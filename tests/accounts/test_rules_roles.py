"""The whole model of power, against a table written by hand."""

from itertools import product

import pytest

from jishi.accounts.rules.roles import AREA_ROLES, GRANTS, LABELS, OFFICE_ROLES, Permission, Role
from jishi.accounts.rules.viewer import SYSTEM, Grant, Viewer
from jishi.kernel.errors import Forbidden

# x = may. Read it row by row with the people who will be asked to sign it.
TABLE = """
                 grid_worker  community  dispatcher  handler  leader  administrator  auditor
report                x           x          x          .        .          .           .
read_matters          x           x          x          x        x          .           .
settle                x           x          .          .        .          .           .
dispatch              .           .          x          .        .          .           .
arbitrate             .           .          x          .        .          .           .
approve               .           .          x          .        .          .           .
handle                .           x          .          x        .          .           .
answer                .           x          x          x        .          .           .
verify                x           x          x          .        .          .           .
supervise             .           .          x          .        .          .           .
instruct              .           .          .          .        x          .           .
read_reporter         .           .          x          .        .          .           .
read_orders           .           x          .          x        .          .           .
dispatch_orders       .           x          .          .        .          .           .
take_orders           .           x          .          x        .          .           .
manage_people         .           .          .          .        .          x           .
manage_place          .           .          .          .        .          x           .
read_audit            .           .          .          .        .          x           x
read_register         x           x          .          .        .          .           .
keep_register         x           x          .          .        .          .           .
read_sensitive        x           x          .          .        .          .           .
decide_register       .           x          .          .        .          .           .
import_register       .           x          .          .        .          x           .
export_register       .           x          .          .        .          .           .
read_parts            x           x          x          x        x          x           .
inspect_parts         x           x          .          .        .          .           .
plan_grids            .           x          .          .        .          x           .
approve_grids         .           .          .          .        x          x           .
"""


def written() -> dict[tuple[str, str], bool]:
    heads, *lines = TABLE.strip().splitlines()
    roles = heads.split()
    rows = [line.split() for line in lines]
    return {(role, row[0]): mark == "x" for row in rows for role, mark in zip(roles, row[1:], strict=True)}


@pytest.mark.capability("C92")
@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_each_role_may_exactly_what_the_table_says(role: Role, permission: Permission):
    grant = Grant(role, unit_id=1, unit_name="石峰区", depth=0, path="/1/")
    viewer = Viewer(7, "某人", (grant,))
    assert viewer.may(permission) is written()[role, permission]
    if not viewer.may(permission):
        with pytest.raises(Forbidden, match="没有这项权限"):
            viewer.check(permission)


def test_the_table_names_every_role_and_permission_once():
    assert set(written()) == set(product(map(str, Role), map(str, Permission)))
    assert set(GRANTS) == set(Role) == set(LABELS)


def test_office_roles_and_area_roles_cover_the_roles_that_see_matters():
    seeing = {role for role in Role if Permission.READ_MATTERS in GRANTS[role]}
    assert seeing == OFFICE_ROLES | AREA_ROLES


def test_without_a_posting_nothing_is_allowed():
    viewer = Viewer(7, "某人")
    assert not any(viewer.may(permission) for permission in Permission)
    assert viewer.roles == viewer.organization_ids == frozenset()


def test_the_system_holds_no_grant_by_itself_and_equals_no_viewer_that_is_read():
    assert not any(SYSTEM.may(permission) for permission in Permission)
    assert SYSTEM.person_id == 0


def test_a_posting_covers_its_own_unit_and_what_lies_below_but_no_namesake():
    grant = Grant(Role.LEADER, unit_id=1, unit_name="镇", depth=1, path="/9/1/")
    covered = {path: grant.covers(path) for path in ("/9/1/", "/9/1/5/", "/9/12/", "/9/", "/1/")}
    assert covered == {"/9/1/": True, "/9/1/5/": True, "/9/12/": False, "/9/": False, "/1/": False}
