"""Who sees what on the map: every person of the cast, and a resident, with every layer."""

import pytest
from django.core.cache import cache

from jishi.matters.models import Matter
from jishi.territory.models import PlaceVersion
from tests.cast import PEOPLE
from tests.matters.town import CONTENT, forget
from tests.parts.square import code_of
from tests.web.map.scenery import LAYERS, SECRETS, ZOOMS, features, get, tiles_over

pytestmark = pytest.mark.django_db
EVERYBODY = ("", *PEOPLE)
ALL = {"grid", "next_grid", "other_grid"}
# Whose matters, by the grid they lie in. 老陈 sees what was sent to his bureau, 小何 nothing of anybody else's.
MATTERS = {
    "li": {"grid"}, "sun": {"next_grid"}, "zhou": {"grid", "next_grid"}, "qian": {"grid", "next_grid"},
    "wang": ALL, "zhang": ALL, "chen": {"other_grid"}, "he": set(),
}  # fmt: skip
PARTS = {
    "li": {1},
    "sun": {2},
    "zhou": {1, 2},
    "qian": {1, 2},
    "wang": {1, 2, 3},
    "zhang": {1, 2, 3},
    "zhao": {1, 2, 3},
}
PARTS |= {"chen": set(), "he": set()}


def come(client, town, who):
    return town.login(client, who) if who else client


def matter_of(number: str) -> int:
    return Matter.objects.get(number=number).pk


def may_see(who: str, layer: str) -> bool:
    seen = {"units": EVERYBODY, "grids": EVERYBODY, "stations": EVERYBODY}
    seen |= {"buildings": PEOPLE, "matters": MATTERS, "parts": PARTS}
    return who in seen[layer]


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_layer_opens_to_those_who_may_see_it(client, numbers, town, who):
    come(client, town, who)
    page = client.get("/map/").text
    for layer in LAYERS:
        answers = {get(client, layer, tile).status_code for z in (10, 18) for tile in tiles_over(z)}
        assert answers == {200 if may_see(who, layer) else 403}, layer
        assert (f'name="layers" value="{layer}"' in page) is may_see(who, layer), layer


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", MATTERS)
def test_the_matters_of_the_own_area_are_there_and_no_others(client, numbers, town, who):
    come(client, town, who)
    shown = {each["id"] for each in features(client, "matters", 16)}
    assert shown == {matter_of(numbers[place]) for place in MATTERS[who]}
    for place, number in numbers.items():
        answer = client.get(f"/map/matters/{matter_of(number)}/")
        assert answer.status_code == (200 if place in MATTERS[who] else 404)
        assert (number in answer.text) is (place in MATTERS[who])
    assert sum(each["properties"]["n"] for each in features(client, "matters", 10)) == len(MATTERS[who])


@pytest.mark.capability("C04", "C06")
@pytest.mark.parametrize("who", PARTS)
def test_the_parts_are_those_a_person_may_read(client, numbers, town, who):
    come(client, town, who)
    shown = {each["properties"]["code"] for each in features(client, "parts", 16)}
    assert shown == {code_of(serial=serial) for serial in PARTS[who]}
    assert sum(each["properties"]["n"] for each in features(client, "parts", 10)) == len(PARTS[who])


@pytest.mark.capability("C04", "C06")
def test_parts_are_for_everybody_where_the_place_says_so(client, numbers, town):
    PlaceVersion.objects.update(content=CONTENT | {"public_parts": True})
    forget()
    assert len(features(client, "parts", 16)) == 3
    assert sum(each["properties"]["n"] for each in features(client, "parts", 12)) == 3


@pytest.mark.capability("C04", "C92")
def test_counts_kept_for_one_person_are_not_shown_to_another(client, numbers, town):
    for who in ("wang", "li", "sun", "he", "zhou"):
        come(client, town, who)
        assert sum(each["properties"]["n"] for each in features(client, "matters", 12)) == len(MATTERS[who])


@pytest.mark.capability("C04", "C92")
@pytest.mark.parametrize("who", EVERYBODY)
def test_no_tile_and_nothing_beside_the_map_names_a_resident(client, numbers, town, who):
    come(client, town, who)
    said = [get(client, layer, tile).content for layer in LAYERS for z in ZOOMS for tile in tiles_over(z)]
    units = [town.county, town.town, town.community, town.grid, town.other_grid]
    pages = [f"/map/units/{unit.pk}/" for unit in units]
    if who:
        pages += [f"/map/buildings/{each['id']}/" for each in features(client, "buildings", 16)]
    pages += [
        f"/map/matters/{matter_of(number)}/" for place, number in numbers.items() if place in MATTERS.get(who, ())
    ]
    said += [client.get(page, headers=headers).content for page in ["/map/", *pages] for headers in ({}, HTMX)]
    assert not [secret for secret in SECRETS for content in said if secret.encode() in content]


HTMX = {"HX-Request": "true"}


@pytest.mark.capability("C04")
def test_a_matter_that_is_closed_leaves_the_map(client, numbers, town):
    come(client, town, "li")
    assert len(features(client, "matters", 16)) == 1
    Matter.objects.filter(number=numbers["grid"]).update(stage="abnormal", closed_at=Matter.objects.first().due_at)
    cache.clear()
    assert features(client, "matters", 16) == []
    assert features(client, "matters", 12) == []
