"""Finding the unit a text names."""

import pytest

from jishi.flows.importing.naming import Gazetteer, Named

UNITS = (
    Named(2, "响石岭街道", "/1/2/", 1),
    Named(3, "田心街道", "/1/3/", 1),
    Named(21, "响石社区", "/1/2/21/", 2),
    Named(22, "新桥社区", "/1/2/22/", 2),
    Named(31, "田心社区", "/1/3/31/", 2),
    Named(32, "田心村社区", "/1/3/32/", 2),
    Named(33, "新桥社区", "/1/3/33/", 2),
    Named(34, "白马村委会", "/1/3/34/", 2),
)


@pytest.mark.parametrize(
    ("text", "unit_id"),
    [
        ("家门口的路灯不亮", None),
        ("响石社区3栋路灯不亮", 21),
        ("响石岭街道响石社区3栋", 21),
        ("响石岭街道的公交站", 2),
        ("田心村社区门口", 32),
        ("响石社区和田心社区之间的路", None),
        ("田心社区、田心村社区都停水了", 3),
        ("新桥社区停水", None),
        ("田心街道新桥社区停水", 33),
        ("白马村的水渠", 34),
        ("A3区白马村社区", 34),
        ("", None),
    ],
)
def test_a_text_is_put_where_its_names_say(text, unit_id):
    assert Gazetteer(UNITS).find(text) == unit_id


def test_a_county_without_units_names_nothing():
    assert Gazetteer(()).find("响石社区") is None
