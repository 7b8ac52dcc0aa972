"""A list from another office is taken in: every row checked as at the door, nobody twice, nothing overwritten."""

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.audit.models import Entry
from jishi.flows import register_import
from jishi.flows.importing.register_checks import checked
from jishi.flows.importing.register_columns import MEANINGS, guessed, understood
from jishi.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from jishi.registers.actions import imports as runs
from jishi.registers.actions.values import decide
from jishi.registers.models import (
    Dwelling,
    Home,
    Household,
    HouseholdGrid,
    Membership,
    Provenance,
    RefusedRow,
    Resident,
    SourceMapping,
    Stay,
)
from jishi.registers.queries import imports
from jishi.registers.rules.documents import read_document
from jishi.registers.rules.many_names import many_initials
from jishi.registers.rules.names import initials
from jishi.registers.rules.vocabulary import DocumentKind, Source
from tests.addresses.street import street
from tests.cast import NOW, TODAY
from tests.registers.lists import reasons, row, take_in, write, write_book
from tests.registers.town import citizen_number, enter, person, resident

pytestmark = pytest.mark.django_db
C24 = pytest.mark.capability("C24")
WIFE = {"与户主关系": "配偶", "证件号码": citizen_number("19860101", 24)}


def tables() -> dict[str, int]:
    models = (Resident, Household, Dwelling, Membership, Stay, Home, HouseholdGrid, Provenance)
    return {model.__name__: model.objects.count() for model in models}


@C24
def test_a_household_arrives_with_its_people_home_and_grid(town, tmp_path):
    cast = town
    file = write(
        tmp_path / "名册.csv",
        row(居住类型="户籍、常住", 核实日期="2026-03-01", 联系电话="138 0000 1234"),
        row("王静怡", **WIFE),
        row("老孙头", 户编号="2", 证件号码="", 门牌="4栋101"),
    )
    cast.grid, cast.next_grid  # noqa: B018 (the grids are made when first named)
    run = take_in(file)
    assert (run.state, dict(run.counts)) == (
        "done",
        {"new": 3, "households": 2, "dwellings": 2, "refused": 0},
    )
    head = Resident.objects.get(name="张清晓")
    assert (head.birth_date, head.sex, head.phone) == (dt.date(1985, 3, 12), "1", "13800001234")
    assert (head.initials, head.verified_on, head.verified_by) == ("zqx", dt.date(2026, 3, 1), "")
    assert sorted(head.stays.values_list("kind", flat=True)) == ["registered", "usual"]
    household = head.memberships.get().household
    assert {m.resident.name: m.relation for m in household.memberships.all()} == {"张清晓": "head", "王静怡": "spouse"}
    assert household.grids.get().unit_id == cast.grid.pk
    assert household.homes.get().dwelling.door == "3栋502"
    assert head.source == Source.IMPORT
    assert head.source_note.startswith("派出所：名册.csv，导入")


BAD = {
    "身份证号码有一位不对": {"证件号码": citizen_number()[:-1] + "0"},
    "身份证号码应为18位": {"证件号码": "43020419850312"},
    "第7至14位不是一个日期": {"证件号码": "430204198513320011"},
    "出生日期与身份证号码": {"出生日期": "1999-01-01"},
    "性别与身份证号码": {"性别": "女"},
    "出生日期应写成": {"证件号码": "", "出生日期": "去年"},
    "出生日期不可能": {"证件号码": "", "出生日期": "2027-01-01"},
    "性别只能是": {"性别": "先生"},
    "证件类型只能是": {"证件类型": "会员卡"},
    "护照号码应为": {"证件类型": "护照", "证件号码": "?"},
    "电话应为": {"联系电话": "打不通"},
    "居住类型只能是": {"居住类型": "偶尔"},
    "与户主关系只能是": {"与户主关系": "朋友圈"},
    "没有姓名": {"姓名": ""},
    "姓名最多60个字": {"姓名": "长" * 61},
    "核实日期不能晚于今天": {"核实日期": "2026-12-01"},
    "核实日期应写成": {"核实日期": "刚才"},
    "没有网格": {"网格": "第九十九网格"},
    "没有名为": {"社区": "天上社区"},
    "没有写明住在哪一处": {"门牌": ""},
    "没有写明在哪个网格": {"网格": ""},
    "不是网格": {"网格": "", "社区": "响石社区"},
    "门码有一位不对": {"门码": "7KRM-2A9Y"},
    "门码应为8位": {"门码": "大门"},
    "地址库中没有": {"标准地址": "响石社区无名路1号"},
}


@C24
@pytest.mark.parametrize("reason", BAD)
def test_each_kind_of_bad_row_stays_out_with_its_line_and_reason(town, tmp_path, reason):
    town.grid, town.next_grid  # noqa: B018
    good = row("好人", 户编号="9", 证件号码=citizen_number("19900101", 12), 门牌="9栋101")
    run = take_in(write(tmp_path / "a.csv", good, row(**BAD[reason])))
    assert list(reasons(run)) == [3]
    assert reason in reasons(run)[3]
    assert list(Resident.objects.values_list("name", flat=True)) == ["好人"]


@C24
def test_every_reason_against_a_row_is_told_at_once(town, tmp_path):
    town.grid  # noqa: B018
    run = take_in(write(tmp_path / "a.csv", row(联系电话="打不通", 性别="无", 网格="无")))
    told = reasons(run)[2]
    assert all(word in told for word in ("电话应为", "性别只能是", "没有网格"))


@C24
def test_who_stands_twice_in_a_file_is_taken_once(town, tmp_path):
    town.grid  # noqa: B018
    nameless = {"证件号码": "", "出生日期": "1950-01-01", "与户主关系": "父母"}
    file = write(
        tmp_path / "a.csv", row(), row("张晓", 户编号="2", 证件号码=citizen_number().lower(), 门牌="1栋1"),
        row("李婆婆", **nameless), row("李婆婆", **nameless), row("王五", 证件号码=""),
    )  # fmt: skip
    run = take_in(file)
    assert {line: reason[:4] for line, reason in reasons(run).items()} == {3: "与第2行", 5: "与第4行", 6: "同一户有"}
    assert Resident.objects.count() == 2


@C24
def test_taking_the_same_file_in_again_adds_nothing(town, tmp_path):
    town.grid  # noqa: B018
    people = [row(), row("王静怡", **WIFE), row("老孙头", 户编号="2", 证件号码="", 门牌="4栋101")]
    take_in(write(tmp_path / "a.csv", *people))
    before = tables()
    again = take_in(write(tmp_path / "b.csv", *people))
    assert (again.counts["known"], again.counts["households"], again.counts["dwellings"]) == (3, 0, 0)
    assert tables() == before


@C24
def test_a_row_put_right_later_joins_the_household_of_the_others(town, tmp_path):
    town.grid  # noqa: B018
    wrong = row(证件号码=citizen_number()[:-1] + "0")
    take_in(write(tmp_path / "a.csv", wrong, row("王静怡", **WIFE)))
    take_in(write(tmp_path / "改正.csv", row()))
    household = Household.objects.get()
    assert household.memberships.filter(valid_to=None).count() == 2


@C24
@pytest.mark.capability("K06-I4")
def test_what_another_source_said_is_kept_beside_for_a_person_to_decide(town, tmp_path):
    entered = enter(town, person(document_number=citizen_number(), phone="13900000000"), door="3栋502")
    run = take_in(write(tmp_path / "a.csv", row(联系电话="13811112222")))
    known = resident(entered)
    assert known.phone == "13900000000"
    assert run.counts["conflicts"] == 1
    waiting = Provenance.objects.get(state="conflict")
    assert (waiting.record_id, waiting.field, waiting.value) == (known.pk, "phone", "13811112222")
    assert (waiting.source, waiting.by) == (Source.IMPORT, "系统")
    take_in(write(tmp_path / "b.csv", row(联系电话="13811112222")))
    assert Provenance.objects.filter(state="conflict").count() == 1
    decide(conflict_id=waiting.pk, accept=False, reason="本人说已停用", by=town.zhou, now=NOW)
    take_in(write(tmp_path / "c.csv", row(联系电话="13811112222")))
    assert not Provenance.objects.filter(state="conflict").exists(), "what was declined is not asked again"


@C24
def test_an_empty_value_is_filled_and_the_same_source_corrects_itself(town, tmp_path):
    entered = enter(town, person(document_number=citizen_number()), door="3栋502")
    take_in(write(tmp_path / "a.csv", row(联系电话="13811112222")))
    run = take_in(write(tmp_path / "b.csv", row(联系电话="13833334444")))
    assert resident(entered).phone == "13833334444"
    assert run.counts["corrected"] == 1
    lines = Provenance.objects.filter(record_id=entered.resident_ids[0], field="phone").order_by("id")
    assert [(line.value, line.state) for line in lines] == [("13811112222", "former"), ("13833334444", "current")]


@C24
def test_nobody_is_moved_by_a_file(town, tmp_path):
    """小李 knows her in 3栋502; the file has her in another grid. Values are compared, the home is not touched."""
    entered = enter(town, person(document_number=citizen_number()), door="3栋502")
    town.next_grid  # noqa: B018
    run = take_in(write(tmp_path / "a.csv", row(门牌="7栋1", 网格="430204003001002")))
    assert reasons(run)[2].startswith("此人已登记在另一户")
    assert Membership.objects.get(resident_id=entered.resident_ids[0]).household_id == entered.id
    assert (Household.objects.count(), Dwelling.objects.count()) == (1, 1)


@C24
def test_a_second_head_of_a_known_household_stays_out(town, tmp_path):
    take_in(write(tmp_path / "a.csv", row(网格=town.grid.code)))
    run = take_in(write(tmp_path / "b.csv", row("赵六", 证件号码=citizen_number("19700101", 33))))
    assert reasons(run)[2] == "这一户在登记中已有户主"


@C24
@pytest.mark.capability("C05")
def test_homes_are_found_by_door_code_full_name_and_everyday_name(town, tmp_path):
    town.grid, town.next_grid  # noqa: B018
    found = street(town)
    rooms = found.rooms

    def at(number: int, **where: str) -> dict[str, str]:
        document = citizen_number("19800101", number)
        return row(f"人{number}", 户编号=str(number), **({"证件号码": document, "门牌": "", "网格": ""} | where))

    file = write(
        tmp_path / "a.csv",
        at(1, 门码=rooms[0].written_code),
        at(2, 标准地址=f"石峰区响石岭街道响石社区{rooms[1].full_name}"),
        at(3, 标准地址="响石社区幸福小区3栋2单元201"),
        at(4, 门码=rooms[3].code.lower(), 门牌="3栋202", 网格="第一网格", 社区="响石社区"),
        at(5, 门码=found.building.code),
        at(6, 门码=rooms[0].code, 网格="430204003001002"),
    )
    run = take_in(file)
    doors = {home.address_id for home in Dwelling.objects.all()}
    assert doors == {room.id for room in rooms}
    told = reasons(run)
    assert told[6] == "地址没有写到户室"
    assert told[7].startswith("地址在“第一网格”，与文件写的“第二网格”不一致")
    assert set(HouseholdGrid.objects.values_list("unit_id", flat=True)) == {town.grid.pk}


@C24
def test_a_community_takes_in_only_its_own_area(town, tmp_path):
    town.grid, town.other_grid  # noqa: B018
    file = write(tmp_path / "a.csv", row(), row("外人", 户编号="2", 证件号码="", 网格="430204001001001"))
    run = take_in(file, by=town.zhou)
    assert "不在您的辖区内" in reasons(run)[3]
    assert Resident.objects.count() == 1
    with pytest.raises(Forbidden):
        take_in(file, by=town.li)


@C24
def test_a_dry_run_says_the_same_and_writes_nothing(town, tmp_path):
    town.grid  # noqa: B018
    file = write(tmp_path / "a.csv", row(), row("王静怡", **WIFE | {"联系电话": "打不通"}))
    before = tables()
    tried = take_in(file, dry=True)
    assert tables() == before
    assert (tried.state, tried.counts["new"], tried.counts["households"], tried.refused) == ("checked", 1, 1, 1)
    run = runs.start_import(run_id=tried.id, by=imports.SYSTEM, now=NOW)
    register_import.go_on(run, imports.SYSTEM, lambda: NOW)
    done = imports.run(imports.SYSTEM, run.id)
    assert (done.counts["new"], reasons(done)) == (1, reasons(tried))


@C24
def test_all_or_nothing_leaves_nothing(town, tmp_path, monkeypatch):
    town.grid  # noqa: B018
    monkeypatch.setattr(register_import, "BATCH", 1)
    file = write(tmp_path / "a.csv", row(), row("坏人", 户编号="2", 证件号码="1"))
    before = tables()
    with pytest.raises(Invalid, match="一行也没有导入"):
        take_in(file, all_or_nothing=True)
    assert tables() == before
    tried = take_in(file, dry=True, all_or_nothing=True)
    with pytest.raises(Conflict):
        runs.start_import(run_id=tried.id, by=imports.SYSTEM, now=NOW)
    assert take_in(write(tmp_path / "b.csv", row()), all_or_nothing=True).counts["new"] == 1


@C24
def test_an_interrupted_import_goes_on_behind_its_last_batch(town, tmp_path, monkeypatch):
    town.grid  # noqa: B018
    monkeypatch.setattr(register_import, "BATCH", 2)
    people = [row(f"人{n}", 户编号=str(n), 证件号码=citizen_number("19800101", n), 门牌=f"{n}栋") for n in range(1, 8)]
    people[0]["联系电话"] = "打不通"
    file = write(tmp_path / "a.csv", *people)
    first = register_import.begun(
        file=file, mapping=None, source_name="派出所", dry=False, all_or_nothing=False, by=imports.SYSTEM, now=NOW
    )
    steps = register_import.work_on(first, imports.SYSTEM, lambda: NOW)
    assert [next(steps).done_rows for _ in range(3)] == [0, 2, 4]
    steps.close()  # as if killed
    assert Resident.objects.count() == 3
    run = take_in(file)
    assert run.id == first.id
    assert (run.done_rows, run.counts["new"], run.refused, list(reasons(run))) == (7, 6, 1, [2])
    assert Resident.objects.count() == 6


@C24
def test_a_household_is_never_cut_apart_by_a_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(register_import, "BATCH", 3)
    people = [row(f"人{n}", 户编号=str(n % 3), 证件号码="") for n in range(10)]
    columns = guessed(list(people[0]))
    layout = register_import.RegisterLayout("派出所", Source.IMPORT, columns)
    rows = register_import.prepared(write(tmp_path / "a.csv", *people), layout)
    assert rows.group_by("group").agg("batch")["batch"].list.n_unique().to_list() == [1, 1, 1]
    assert (rows.height, rows["batch"].n_unique()) == (10, 3)


@C24
def test_workbooks_other_encodings_and_torn_lines(town, tmp_path):
    town.grid  # noqa: B018
    born = dt.datetime(1985, 3, 12)
    take_in(write_book(tmp_path / "a.xlsx", row(出生日期=born, 联系电话=13800001234)))
    assert Resident.objects.get().phone == "13800001234"
    file = write(tmp_path / "b.csv", row("赵六", 户编号="5", 证件号码="", 门牌="8栋"), encoding="gb18030")
    assert take_in(file).counts["new"] == 1
    text = write(tmp_path / "c.csv", row("钱七", 户编号="6", 证件号码="", 门牌="9栋")).read_text("utf-8")
    (tmp_path / "c.csv").write_text(text + "8,户主,孙八,,,,,,,,,10栋,,430204003001001,,,多,出\n" + '7,户主,"没有写完\n')
    run = take_in(tmp_path / "c.csv")
    assert {line: reason[:4] for line, reason in reasons(run).items()} == {3: "列数不符", 4: "引号没有"}
    assert run.counts["new"] == 1


def test_columns_are_understood_and_remembered_for_their_source(town, tmp_path):
    town.grid  # noqa: B018
    usual = guessed(["姓名", "身份证号", "房号", "所属网格", "不认识"])
    assert usual == {"name": "姓名", "document_number": "身份证号", "door": "房号", "grid": "所属网格"}
    kept = {"name": "不认识", "door": "房号", "grid": "所属网格"}
    assert understood(["不认识", "房号", "所属网格", "姓名"], kept) == kept
    assert understood(["姓名", "房号", "所属网格"], kept)["name"] == "姓名", "a heading that is gone is not insisted on"
    take_in(write(tmp_path / "a.csv", row()))
    assert SourceMapping.objects.get(name="派出所").columns["household"] == "户编号"


def test_a_layout_says_who_and_where():
    for columns in ({}, {"name": "姓名"}, {"name": "姓名", "door": "门牌"}, {"name": "a", "door": "a", "grid": "g"}):
        with pytest.raises(Invalid):
            register_import.RegisterLayout("派出所", Source.IMPORT, columns).check()


def test_runs_belong_to_whoever_brought_the_file(town, tmp_path):
    town.grid  # noqa: B018
    run = take_in(write(tmp_path / "a.csv", row()), by=town.zhou)
    assert [each.id for each in imports.runs(town.zhou)] == [run.id]
    with pytest.raises(DomainError):
        imports.run(town.zhao, run.id)
    actions = set(Entry.objects.filter(stream=f"import:{run.id}").values_list("action", flat=True))
    assert actions == {"registers.import_begin", "registers.import_batch", "registers.import_done"}
    assert RefusedRow.objects.count() == 0


@C24
@settings(deadline=None)
@given(st.integers(0, 10**9))
def test_a_column_of_numbers_is_judged_as_each_number_alone(seed):
    """Numbers that hold together, with a character changed, swapped, dropped or put in small letters."""
    import polars as pl

    random_ = random.Random(seed)
    numbers = []
    for _ in range(12):
        born = f"{random_.randrange(1840, 2030)}{random_.randrange(1, 14):02d}{random_.randrange(1, 33):02d}"
        text = list(citizen_number(born, random_.randrange(1000)))
        at = random_.randrange(17)
        change = random_.choice(("none", "none", "digit", "swap", "drop", "small"))
        if change == "digit":
            text[at] = str(random_.randrange(10))
        elif change == "swap":
            text[at], text[at + 1] = text[at + 1], text[at]
        elif change == "drop":
            del text[at]
        numbers.append("".join(text).lower() if change == "small" else "".join(text))
    blank = {meaning: [None] * 12 for meaning in MEANINGS}
    rows = pl.DataFrame(
        blank | {"name": ["甲"] * 12, "document_number": numbers, "line": list(range(12)), "group": list(range(12))},
        schema_overrides=dict.fromkeys(MEANINGS, pl.String),
    ).with_columns(form=pl.lit(None, pl.String))
    found = checked(rows, TODAY)
    for text, number, reason, born, sex in found.select(
        pl.Series("given", numbers), "document_number", "reason", "birth_date", "sex"
    ).rows():
        try:
            alone = read_document(DocumentKind.CITIZEN, text, TODAY)
        except Invalid as refusal:
            wanted: tuple[object, ...] = (f"{refusal.message}（{text}）", None, None, None)
        else:
            wanted = (None, alone.number, alone.birth_date.isoformat(), alone.sex.value)
        assert (reason, number, born, sex) == wanted


@given(st.lists(st.text("曾单仇任乐王重庆长行朝晓abc1·李", min_size=1, max_size=5), max_size=20))
def test_many_initials_are_those_of_each_name(names):
    assert many_initials(names) == {name: initials(name) for name in names}
