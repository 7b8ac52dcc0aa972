"""The things in the little county that the endpoints are asked for."""

from django.utils import timezone


def order_on_its_way(town):
    """A service of 老陈's office, an order sent to it, and a day on which another may be wished."""
    from tests.orders.counter import begin, offer

    town.cast.repair = offer(town.city_management, town.county, "水电小修")
    now = timezone.now()
    day = timezone.localdate(now) + timezone.timedelta(days=1)
    way = begin(town.cast, now=now, wished_on=day, offer=town.cast.repair)
    way.take("dispatch", "zhou", offer_id=town.cast.repair.pk)
    return town.cast.repair.pk, way.receipt.number, day.isoformat()


def laid_out(town):
    """What the paths and bodies of the table of access point at, by the names they have there: 小李's things."""
    from jishi.accounts import actions
    from jishi.accounts.models import Posting, Token
    from jishi.accounts.queries import viewer_of
    from jishi.accounts.rules.viewer import SYSTEM
    from jishi.addresses.models import Alias
    from jishi.matters.actions.instructions import instruct
    from jishi.registers.actions.values import give_values
    from jishi.registers.models import Provenance
    from jishi.registers.rules.entries import Origin
    from jishi.registers.rules.vocabulary import RecordKind, Relation, Source
    from tests.addresses.street import street
    from tests.api.test_matters import photo
    from tests.parts.square import load_catalogue, put
    from tests.registers.town import enter, person

    town.everybody()
    number = town.program("li").form(
        "/api/v1/matters", {"text": "路灯不亮", "unit_id": town.grid.pk, "photos": photo()}
    ).json()["number"]  # fmt: skip
    town.step("wang", number, "dispatch", lead_id=town.city_management.pk)
    digest = town.program("wang").get(f"/api/v1/matters/{number}").json()["photos"][0]["digest"]
    leader = viewer_of(town.person("zhang").pk, timezone.localdate())
    instruction = instruct(
        by=leader, organization_id=town.city_management.pk, text="办", now=timezone.now(),
        due_at=timezone.now() + timezone.timedelta(days=1),
    )  # fmt: skip
    # 小李's own things, but with another key than the one the tests knock with
    actions.issue_token(person_id=town.person("li").pk, name="另一把", by=SYSTEM, now=timezone.now())
    offer, order, day = order_on_its_way(town)
    entered = enter(
        town.cast,
        person(phone="13900131234"),
        person("李月禾", Relation.SPOUSE),
        now=timezone.now(),
        source=Source.POLICE,
    )
    give_values(
        kind=RecordKind.RESIDENT, record_id=entered.resident_ids[0], values={"name": "张清小"}, origin=Origin(),
        by=town.viewer("li"), now=timezone.now(),
    )  # fmt: skip
    load_catalogue()
    road = street(town.cast)
    return {
        "household": entered.number, "resident_id": entered.resident_ids[1], "kind": "resident",
        "record_id": entered.resident_ids[0], "conflict_id": Provenance.objects.get(state="conflict").pk,
        "address_id": road.house.id, "alias_id": Alias.objects.get().pk,
        "part_code": put(town.cast), "code": road.house.code,
        "offer_id": offer, "order": order, "day": day,
        "number": number, "digest": digest, "step": "urge", "instruction_id": instruction,
        "person_id": town.person("li").pk, "posting_id": Posting.objects.get(person=town.person("li")).pk,
        "token_id": Token.objects.filter(person=town.person("li")).latest("id").pk,
        "office": town.city_management.pk, "grid": town.next_grid.pk,
    }  # fmt: skip


def filled(body, places):
    """The body with what the places are in it, however deep."""
    if isinstance(body, dict):
        return {name: filled(value, places) for name, value in body.items()}
    return places[body[1:-1]] if isinstance(body, str) and body.startswith("{") else body
