"""The households of the demo: a few hundred in the community whose grid worker has the login, all of them invented.

They are entered by the real actions, so that every rule has had its say. What must not happen by chance is shown on
purpose: a home past its period, two sources that disagree, somebody registered here and living elsewhere.
"""

import datetime as dt
from collections.abc import Callable
from random import Random

from jishi.accounts.rules.viewer import SYSTEM, Viewer
from jishi.demo import names
from jishi.demo.clock import Life
from jishi.demo.lives import guarded
from jishi.demo.world import World
from jishi.registers.actions.households import Entered, enter_household
from jishi.registers.actions.premises import enter_premises
from jishi.registers.actions.values import give_values
from jishi.registers.rules.entries import HouseholdEntry, Origin, PersonEntry
from jishi.registers.rules.vocabulary import HouseholdKind, PremisesKind, RecordKind, Relation, Source, StayKind
from jishi.territory.queries import UnitRow, children

IN_THE_SHOWN_GRID = 80
IN_EACH_OTHER = 40
FLOORS = 6
SHOPS = ("鲜果店", "理发店", "小超市", "五金店", "早餐店", "药房")
SHOWN_CONFLICTS = 1
BETWEEN_DOORS = (60, 900)  # minutes; the whole round takes some weeks

HERE = (StayKind.REGISTERED, StayKind.USUAL)
# The families of the demo: relations with the years of birth between which each is drawn, and how they live here.
FAMILIES: tuple[tuple[tuple[tuple[Relation, int, int], ...], tuple[StayKind, ...]], ...] = (
    (((Relation.HEAD, 1948, 1960), (Relation.SPOUSE, 1950, 1962)), HERE),
    (((Relation.HEAD, 1978, 1990), (Relation.SPOUSE, 1980, 1992), (Relation.SON, 2006, 2020)), HERE),
    (((Relation.HEAD, 1975, 1988), (Relation.SPOUSE, 1977, 1990), (Relation.DAUGHTER, 2004, 2022)), HERE),
    (((Relation.HEAD, 1970, 1982), (Relation.SPOUSE, 1972, 1984), (Relation.PARENT, 1940, 1955)), HERE),
    (((Relation.HEAD, 1940, 1955),), HERE),
    (((Relation.HEAD, 1988, 2003),), (StayKind.RENTED,)),
    (((Relation.HEAD, 1985, 1998), (Relation.SPOUSE, 1986, 1999)), (StayKind.RENTED,)),
)
MALE = {Relation.SON: True, Relation.SPOUSE: False, Relation.DAUGHTER: False}


def settle(world: World, *, grid: UnitRow, at: dt.datetime, chance: Callable[[str], Random]) -> None:
    """From ``at`` on the households of ``grid`` and of the other grids of its community are entered, door by door.

    ``chance`` gives a source of random numbers for a name of its own.
    """
    assert grid.parent_id is not None
    for here in children(grid.parent_id):
        shown = here.id == grid.id
        by = world.staff.personas["grid_worker" if shown else "community"]
        walk = go_round(world, here, by, IN_THE_SHOWN_GRID if shown else IN_EACH_OTHER, chance(f"homes {here.code}"))
        world.clock.begin(at, guarded(world, walk))


def go_round(world: World, grid: UnitRow, by: Viewer, doors: int, chance: Random) -> Life:
    """Shops first, then one door after the other; at the end another source has its say about some."""
    yield world.walk(chance, 10, 90)
    for number, shop in enumerate(SHOPS):
        open_shop(grid, number, shop, by, world.now, chance)
        yield world.walk(chance, 10, 60)
    entered = []
    for number in range(doors):
        entered.append(enter_one(grid, number, by, world.now, chance))
        if number == SHOWN_CONFLICTS:
            disagree(entered, world.now, chance)
        yield world.walk(chance, *BETWEEN_DOORS)


def enter_one(grid: UnitRow, number: int, by: Viewer, now: dt.datetime, chance: Random) -> Entered:
    kinds, stays = chance.choice(FAMILIES)
    rented = StayKind.RENTED in stays
    home = {"door": door_of(number), "floor_area": str(chance.randrange(450, 1300) / 10), "is_rented": str(int(rented))}
    if rented:
        home |= {"owner_name": names.person_name(chance), "owner_phone": names.phone(chance)}
    people = [person(kind, chance, since, until, stays) for kind, since, until in kinds]
    entry = HouseholdEntry(grid.id, people, home, kind=HouseholdKind.FAMILY)
    return enter_household(entry=entry, origin=Origin(Source.DOOR), by=by, now=now, draw=chance.randrange)


def door_of(number: int) -> str:
    """The doors one after the other: two on a floor, two entrances to a building."""
    floor, side = divmod(number % (FLOORS * 2), 2)
    entrance = number // (FLOORS * 2)
    return f"{entrance // 2 + 1}栋{entrance % 2 + 1}单元{floor + 1}0{side + 1}室"


def person(relation: Relation, chance: Random, since: int, until: int, stays: tuple[StayKind, ...]) -> PersonEntry:
    """Somebody born between two years; now and then without a document or a phone, as at real doors."""
    born = dt.date(chance.randrange(since, until), 1, 1) + dt.timedelta(days=chance.randrange(365))
    male = MALE.get(relation, chance.random() < 0.5)
    values = {"name": names.person_name(chance), "birth_date": born.isoformat(), "sex": "1" if male else "2"}
    if chance.random() < 0.95:
        values["document_number"] = names.citizen_number(chance, born, male=male)
    if born.year < 2010 and chance.random() < 0.9:
        values["phone"] = names.phone(chance)
    if StayKind.REGISTERED not in stays:
        values["registered_place"] = "外县（演示）"
    return PersonEntry(values, relation, stays)


def open_shop(grid: UnitRow, number: int, shop: str, by: Viewer, now: dt.datetime, chance: Random) -> None:
    values = {
        "name": f"{chance.choice(names.FIRST)}{chance.choice(names.SECOND)}{shop}",
        "kind": PremisesKind.SHOP.value,
        "door": f"{number + 1}栋临街{number + 1}号门面",
        "uscc": names.credit_code(chance),
        "contact_name": names.person_name(chance),
        "contact_phone": names.phone(chance),
        "staff_count": str(chance.randrange(1, 9)),
    }
    enter_premises(unit_id=grid.id, values=values, origin=Origin(Source.DOOR), by=by, now=now)


def disagree(entered: list[Entered], now: dt.datetime, chance: Random) -> None:
    """Another source says otherwise about a few people: both values wait side by side for a person to decide."""
    for household in entered[:SHOWN_CONFLICTS]:
        give_values(
            kind=RecordKind.RESIDENT,
            record_id=household.resident_ids[0],
            values={"name": names.person_name(chance), "phone": names.phone(chance)},
            origin=Origin(Source.POLICE, "演示户籍数据"),
            by=SYSTEM,
            now=now,
        )
