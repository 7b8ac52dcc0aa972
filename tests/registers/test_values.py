"""Every value knows its origin and date; two sources in conflict stand side by side, and a person decides."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from jishi.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from jishi.registers.actions.values import decide, give_values
from jishi.registers.models import Provenance
from jishi.registers.queries.origins import disagreements, origins
from jishi.registers.rules.claims import Outcome
from jishi.registers.rules.entries import Origin
from jishi.registers.rules.vocabulary import RecordKind, Relation, Source
from tests.cast import NOW
from tests.registers.town import citizen_number, enter, person, resident

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C25", "K29-I3")]

RESIDENT = RecordKind.RESIDENT
LATER = NOW + dt.timedelta(days=30)
POLICE = Origin(Source.POLICE, "2026年11月户籍数据")


@pytest.fixture
def zhang(town):
    return enter(town, person("张清晓", document_number=citizen_number(), phone="13800131234"))


def give(town, entered, origin=POLICE, by="zhou", now=LATER, place=0, **values):
    return give_values(
        kind=RESIDENT, record_id=entered.resident_ids[place], values=values, origin=origin, by=town.viewer(by), now=now
    )


def of(town, entered, name, by="zhou"):
    return next(field for field in origins(town.viewer(by), RESIDENT, entered.resident_ids[0]) if field.name == name)


@pytest.mark.capability("K29-I1")
def test_every_value_has_one_origin_from_the_start(town, zhang):
    fields = origins(town.li, RESIDENT, zhang.resident_ids[0])
    assert {field.name for field in fields} == {
        "name",
        "sex",
        "birth_date",
        "document_kind",
        "document_number",
        "phone",
    }
    assert all(
        (field.current.source, field.current.by, field.current.at) == (Source.DOOR, "小李", NOW) for field in fields
    )


def test_what_was_unknown_is_filled_in_with_its_own_origin(town, zhang):
    assert give(town, zhang, former_name="张小晓") == {"former_name": Outcome.FILLS}
    found = of(town, zhang, "former_name")
    assert (found.current.source, found.current.source_note, found.current.at) == (*_of(POLICE), LATER)
    assert of(town, zhang, "name").current.source is Source.DOOR


def _of(origin):
    return origin.source, origin.note


def test_the_same_value_changes_nothing(town, zhang):
    assert give(town, zhang, name="张清晓", sex="1") == {"name": Outcome.SAME, "sex": Outcome.SAME}
    assert not Provenance.objects.exists()


def test_an_empty_value_takes_nothing_away(town, zhang):
    assert give(town, zhang, phone="", former_name="") == {}
    assert resident(zhang).phone == "13800131234"


def test_the_same_source_corrects_itself_and_the_former_value_stays(town, zhang):
    assert give(town, zhang, origin=Origin(), by="li", phone="13900005678") == {"phone": Outcome.SUCCEEDS}
    assert resident(zhang).phone == "13900005678"
    past = of(town, zhang, "phone").past
    assert [(line.value, line.at, line.state) for line in past] == [("138****1234", NOW, "former")]


def test_another_source_is_set_beside_and_nothing_is_overwritten(town, zhang):
    assert give(town, zhang, name="张清小", phone="13900005678") == {
        "name": Outcome.CONFLICTS,
        "phone": Outcome.CONFLICTS,
    }
    give(town, zhang, name="张清小")  # said again it opens no second question
    row = resident(zhang)
    assert (row.name, row.phone) == ("张清晓", "13800131234")
    (record,) = disagreements(town.zhou)
    assert [(field.current.value, [line.value for line in field.waiting]) for field in record.fields] == [
        ("张清晓", ["张清小"]),
        ("138****1234", ["139****5678"]),
    ]


@pytest.mark.parametrize("accept", [True, False])
def test_a_person_decides_and_both_values_stay_on_record(town, zhang, accept):
    give(town, zhang, name="张清小")
    conflict = Provenance.objects.get(state="conflict")
    decide(conflict_id=conflict.pk, accept=accept, reason="已看身份证原件", by=town.zhou, now=LATER)
    row = resident(zhang)
    assert (row.name, row.initials) == (("张清小", "zqx") if accept else ("张清晓", "zqx"))
    found = of(town, zhang, "name")
    assert found.current.source is (Source.POLICE if accept else Source.DOOR)
    assert [(line.value, line.state) for line in found.past] == [
        ("张清晓", "former") if accept else ("张清小", "declined")
    ]
    decided = found.current if accept else found.past[0]
    assert (decided.decided_by, decided.reason) == ("老周", "已看身份证原件")
    with pytest.raises(Conflict, match="已由老周裁定"):
        decide(conflict_id=conflict.pk, accept=accept, reason="再来", by=town.zhou, now=LATER)
    assert disagreements(town.zhou) == ()


def test_of_two_sources_with_the_same_value_one_decision_answers_both(town, zhang):
    give(town, zhang, name="张清小")
    give(town, zhang, origin=Origin(Source.CIVIL), name="张清小")
    first = Provenance.objects.filter(state="conflict").earliest("id")
    decide(conflict_id=first.pk, accept=True, reason="两个来源一致", by=town.zhou, now=LATER)
    assert not Provenance.objects.filter(state="conflict").exists()
    assert Provenance.objects.filter(field="name", state="current").count() == 1


@pytest.mark.parametrize(("who", "error"), [("li", Forbidden), ("wang", Forbidden), ("zhao", Forbidden)])
def test_only_the_community_decides(town, zhang, who, error):
    give(town, zhang, name="张清小")
    conflict = Provenance.objects.get(state="conflict")
    with pytest.raises(error):
        decide(conflict_id=conflict.pk, accept=True, reason="随便", by=town.viewer(who), now=LATER)
    with pytest.raises(Invalid, match="请写明依据"):
        decide(conflict_id=conflict.pk, accept=True, reason=" ", by=town.zhou, now=LATER)
    with pytest.raises(NotFound):
        decide(conflict_id=10**9, accept=True, reason="没有", by=town.zhou, now=LATER)


@pytest.mark.capability("K29-B2")
def test_a_document_with_one_digit_wrong_is_refused_and_another_persons_is_too(town, zhang):
    other = enter(town, person("李月禾", Relation.HEAD), door="4栋101")
    wrong = citizen_number()[:-2] + str((int(citizen_number()[-2]) + 1) % 10) + citizen_number()[-1]
    with pytest.raises(Invalid, match="有一位不对"):
        give(town, other, document_number=wrong)
    with pytest.raises(Conflict, match="已登记给另一个人"):
        give(town, other, document_number=citizen_number())
    assert resident(other).document_number == ""


def test_a_document_tells_birth_date_and_sex_which_may_contradict_what_is_known(town):
    li = enter(town, person("李月禾", birth_date="1985-03-13", sex="1"))
    assert give(town, li, document_number=citizen_number()) == {
        "document_number": Outcome.FILLS,
        "document_kind": Outcome.SAME,
        "sex": Outcome.SAME,
        "birth_date": Outcome.CONFLICTS,
    }


def test_the_database_holds_one_current_value_and_decisions_in_pairs(town, zhang):
    give(town, zhang, former_name="张小晓")
    row = Provenance.objects.get(state="current")
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Provenance.objects.update(decided_by="老周")
