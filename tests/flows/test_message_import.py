"""Taking in files of messages: once each, with every refusal told, and from there to closure like any matter."""

import csv
import os
from pathlib import Path

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jishi.audit.models import Entry
from jishi.audit.queries import verify
from jishi.flows import message_import
from jishi.flows.message_import import Outcome, import_file
from jishi.kernel.errors import DomainError, Forbidden, Invalid
from jishi.matters.actions import importing
from jishi.matters.actions.importing import register_many
from jishi.matters.actions.registration import register
from jishi.matters.models import Matter, Reporter, Step
from jishi.matters.queries.detail import detail
from jishi.matters.queries.invariants import broken_invariants
from jishi.matters.rules.given import Origin, Receipt, Report
from jishi.matters.rules.vocabulary import Channel, Grade
from jishi.notices.models import Event
from tests.cast import NOW
from tests.flows.importing.workbook import write_workbook
from tests.matters.town import Way, lay_down

ROOT = Path(__file__).parents[2]
SHARED = Path(os.environ.get("JISHI_SHARED_DATA", ROOT.parent / "shared" / "data"))
real_files = pytest.mark.skipif(not (SHARED / "messages").is_dir(), reason="the real files are not on this machine")

HEADER = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数"]
REPLIES = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
LAMP = ["188039", "A00081379", "响石社区路灯不亮", "2019/8/19 11:48:23", "\n\t\t\n\t\t路灯不亮。\n\t\t\n", "0", "1"]
ODD = [
    LAMP,
    ["188040", "A2", "ＡＢＣ　混排", "2019-01-31 20:17:32", '〝二高一部"通知<script>alert(1)</script>\t制表', "0", "0"],
    ["188041", "A3", "长文", "2020/1/1 0:00:00", "字" * 5000, "", ""],
    ["188042", "A4", "", "2020/1/1", "***小区***停水了。请处理", "3", "12"],
]


@pytest.fixture
def town(cast):
    lay_down(cast)
    return cast


def write(path: Path, rows, encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def outcomes(report) -> list[tuple[int, str, str]]:
    return [(row.line, row.outcome.value, row.reason) for row in report.rows]


@pytest.mark.capability("C33")
@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_every_row_becomes_a_matter_whatever_the_file_looks_like(town, tmp_path, form):
    file = tmp_path / f"messages.{'xlsx' if form == 'xlsx' else 'csv'}"
    if form == "xlsx":
        write_workbook(file, [HEADER, *ODD])
    else:
        write(file, [HEADER, *ODD], form)
    report = import_file(path=file, now=NOW)
    assert [row.outcome for row in report.rows] == [Outcome.ACCEPTED] * 4
    lamp = Matter.objects.get(source_key="messages:188039")
    assert (lamp.channel, lamp.text, lamp.title) == ("import", "路灯不亮。", "响石社区路灯不亮")
    assert Matter.objects.get(source_key="messages:188041").text == "字" * 5000
    assert "<script>" in Matter.objects.get(source_key="messages:188040").text
    assert Matter.objects.get(source_key="messages:188042").title == "***小区***停水了"
    assert not list(broken_invariants(now=NOW))


def test_the_clock_runs_from_the_import_and_the_old_time_stands_in_the_history(town, tmp_path):
    import_file(path=write(tmp_path / "m.csv", [HEADER, LAMP]), now=NOW)
    matter = Matter.objects.get()
    assert matter.registered_at == NOW
    assert matter.due_at > NOW
    first = detail(town.wang, matter.number).history[0]
    assert first["note"].startswith("网络留言，原编号 188039，原留言时间 2019-08-19 11:48。")
    assert first["by_name"] == "系统"
    assert first["facts"]["origin"] == {
        "source": "messages",
        "id": "188039",
        "reported_at": "2019-08-19T11:48:23+08:00",
        "kept": {"反对数": "0", "点赞数": "1"},
    }


def test_an_answer_given_elsewhere_is_kept_for_reference_and_closes_nothing(town, tmp_path):
    row = [*LAMP[:5], "网友您好！已转有关部门。" + "答" * 5100, "2019/5/9"]
    import_file(path=write(tmp_path / "m.csv", [REPLIES, row]), now=NOW)
    matter = Matter.objects.get()
    assert matter.stage == "registered"
    first = detail(town.wang, matter.number).history[0]
    assert "原平台答复（2019-05-09 00:00）：\n网友您好！" in first["note"]
    assert first["facts"]["origin"]["replied_at"] == "2019-05-09T00:00:00+08:00"


def test_importing_again_adds_nothing_and_tells_the_numbers(town, tmp_path):
    file = write(tmp_path / "m.csv", [HEADER, *ODD])
    first = import_file(path=file, now=NOW)
    rows = [model.objects.count() for model in (Matter, Reporter, Step, Entry, Event)]
    again = import_file(path=file, now=NOW)
    assert [row.outcome for row in again.rows] == [Outcome.ALREADY] * 4
    assert [row.number for row in again.rows] == [row.number for row in first.rows]
    assert [model.objects.count() for model in (Matter, Reporter, Step, Entry, Event)] == rows


def test_the_same_id_in_another_kind_of_file_is_another_matter(town, tmp_path):
    import_file(path=write(tmp_path / "a.csv", [HEADER, LAMP]), now=NOW)
    import_file(path=write(tmp_path / "b.csv", [REPLIES, [*LAMP[:5], "已修好", "2019/9/1"]]), now=NOW)
    assert Matter.objects.count() == 2


REFUSED = [
    (["", *LAMP[1:]], "“留言编号”为空"),
    (["9" * 61, *LAMP[1:]], "编号最多60个字"),
    (["2", "", "", "2019/1/1", " \t\n", "0", "0"], "“留言详情”为空"),
    (["3", "", "", "", "停水", "0", "0"], "“留言时间”为空"),
    (["4", "", "", "2019/2/30 1:00:00", "停水", "0", "0"], "“留言时间”不是认识的时间：2019/2/30 1:00:00"),
    (["5", "", "", "2099/1/1", "停水", "0", "0"], "“留言时间”晚于现在：2099/1/1"),
    (["6", "", "题" * 121, "2019/1/1", "停水", "0", "0"], "标题最多120个字"),
    (["7", "", "", "2019/1/1", "停" * 20001, "0", "0"], "内容最多20000个字，现有20001个字"),
    (["8", "名" * 61, "", "2019/1/1", "停水", "0", "0"], "姓名最多60个字"),
    (["9", "", "", "2019/1/1", "停水", "0", "0", "多"], "列数不符：表头7列，本行8列"),
    (["188039", "", "", "2019/1/1", "另一件", "0", "0"], "编号与第2行相同"),
]


@pytest.mark.parametrize(("row", "reason"), REFUSED)
def test_a_bad_row_is_told_with_line_and_reason_and_the_others_go_in(town, tmp_path, row, reason):
    after = ["700", *LAMP[1:]]
    report = import_file(path=write(tmp_path / "m.csv", [HEADER, LAMP, row, after]), now=NOW)
    line = report.rows[1].line
    assert outcomes(report)[1] == (line, "refused", reason)
    assert [one.outcome for one in report.rows] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert Matter.objects.count() == 2


def test_refused_rows_come_back_in_a_file_that_can_be_put_right(town, tmp_path):
    bad = [row for row, _ in REFUSED]
    file, refused = write(tmp_path / "m.csv", [HEADER, LAMP, *bad]), tmp_path / "refused.csv"
    report = import_file(path=file, now=NOW, refused_to=refused)
    assert len(report.refused) == len(REFUSED)
    with refused.open(encoding="utf-8-sig", newline="") as content:
        back = list(csv.reader(content))
    assert back[0] == [*HEADER, "行号", "原因"]
    assert [line[-1] for line in back[1:]] == [reason for _, reason in REFUSED]
    fixed = [[cells[0] or "1", *cells[1:3], "2019/1/1", "停水", "0", "0", *cells[7:]] for cells in back[1:5]]
    again = import_file(path=write(refused, [back[0], *fixed]), now=NOW)
    assert again.counts["accepted"] == 3  # the id that is too long stays out


def test_a_report_for_programs_has_a_line_a_row_and_the_sums(town, tmp_path):
    file = write(tmp_path / "m.csv", [HEADER, LAMP, ["", *LAMP[1:]]])
    lines = list(message_import.lines_of(import_file(path=file, now=NOW)))
    assert [line.get("outcome") for line in lines] == ["accepted", "refused", None]
    assert lines[-1] == {"file": "m.csv", "layout": "messages", "accepted": 1, "already": 0, "refused": 1}


def test_a_crash_between_batches_is_made_good_by_the_next_run(town, tmp_path, monkeypatch):
    file = write(tmp_path / "m.csv", [HEADER, *[[str(n), *LAMP[1:]] for n in range(25)]])
    monkeypatch.setattr(message_import, "BATCH", 10)
    done = []

    def die(what, count, total):
        done.append((count, total))
        if count == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_file(path=file, now=NOW, progress=die)
    assert (Matter.objects.count(), done) == (20, [(10, 25), (20, 25)])
    assert import_file(path=file, now=NOW).counts == {"accepted": 5, "already": 20, "refused": 0}


def test_what_the_database_refuses_does_not_take_its_batch_down(town, tmp_path, monkeypatch):
    calls = []

    def write_down(entries, numbers, now):
        calls.append(len(entries))
        if any(entry.report.text == "坏" for entry in entries):
            raise IntegrityError("broken row\nmore")
        return real(entries, numbers, now)

    real = importing._write
    monkeypatch.setattr(importing, "_write", write_down)
    rows = [[str(n), "", "", "2019/1/1", text, "0", "0"] for n, text in enumerate(["好", "坏", "好"])]
    report = import_file(path=write(tmp_path / "m.csv", [HEADER, *rows]), now=NOW)
    assert calls == [3, 1, 1, 1]
    assert [row.outcome.value for row in report.rows] == ["accepted", "refused", "accepted"]
    assert report.rows[1].reason == "数据库没有接受这一行：broken row"


def test_the_place_is_the_unit_the_text_names_or_else_the_county(town, tmp_path):
    texts = {"1": "响石社区3栋停水", "2": "响石岭街道的路", "3": "映峰社区与响石社区之间", "4": "家门口停水"}
    rows = [[id, "", "", "2019/1/1", text, "0", "0"] for id, text in texts.items()]
    import_file(path=write(tmp_path / "m.csv", [HEADER, *rows]), now=NOW)
    placed = dict(Matter.objects.values_list("source_key", "unit_id"))
    assert list(map(placed.get, ("messages:1", "messages:2", "messages:3", "messages:4"))) == [
        town.community.pk,
        town.town.pk,
        town.county.pk,
        town.county.pk,
    ]


def test_another_channel_needs_somebody_who_may_register_for_it(town, tmp_path):
    file = write(tmp_path / "m.csv", [HEADER, LAMP])
    report = import_file(path=file, now=NOW, channel=Channel.PHONE)
    assert report.rows[0].reason == "这个渠道要由工作人员登记"
    report = import_file(path=file, now=NOW, channel=Channel.PHONE, by=town.wang)
    assert Matter.objects.get(number=report.rows[0].number).registered_by_id == town.wang.person_id


MAPPING = """
name: hotline
label: 热线
columns:
  id: 单号
  title: 标题
  time: 时间
  text: [诉求, 补充]
  place: [路, 号]
  class: 分类
  longitude: X
  latitude: Y
time: {formats: ["%d.%m.%Y"], zone: Asia/Shanghai}
classes: {灯: CODE}
"""


def test_a_mapping_file_makes_any_table_readable(town, tmp_path):
    mapping = tmp_path / "hotline.yaml"
    mapping.write_text(MAPPING.replace("CODE", '"0101"'), encoding="utf-8")
    header = ["单号", "标题", "时间", "诉求", "补充", "路", "号", "分类", "X", "Y"]
    good = ["1", "灯", "31.12.2019", "不亮", "三天了", "人民路", "3号", "灯", "113.1", "27.8"]
    nowhere = ["2", "灯", "31.12.2019", "不亮", "", "", "", "别的", "", "27.8"]
    odd = ["3", "灯", "31.12.2019", "不亮", "", "", "", "", "东边", "27.8"]
    file = write(tmp_path / "m.csv", [header, good, nowhere, odd])
    report = import_file(path=file, now=NOW, mapping=mapping)
    assert [row.reason for row in report.rows] == ["", "", "“X”不是数字：东边"]
    first = Matter.objects.get(source_key="hotline:1")
    assert (first.text, first.place, first.category_code) == ("不亮\n三天了", "人民路 3号", "0101")
    assert (first.longitude, first.latitude) == (113.1, 27.8)
    assert Matter.objects.get(source_key="hotline:2").longitude is None


@pytest.mark.parametrize(
    ("mapping", "says"), [("nosuch", "没有名为“nosuch”的对应文件"), ("messages", "没有找到认识的表头")]
)
def test_a_file_that_cannot_be_read_at_all_is_refused_whole(town, tmp_path, mapping, says):
    with pytest.raises(Invalid, match=says):
        import_file(path=write(tmp_path / "m.csv", [["甲", "乙"], ["1", "2"]]), now=NOW, mapping=mapping)


def test_a_mapping_to_classes_the_county_does_not_have_is_refused_whole(town, tmp_path):
    mapping = tmp_path / "hotline.yaml"
    mapping.write_text(MAPPING.replace("CODE", "不存在"), encoding="utf-8")
    header = ["单号", "标题", "时间", "诉求", "补充", "路", "号", "分类", "X", "Y"]
    with pytest.raises(Invalid, match="类别代码在本地没有：不存在"):
        import_file(path=write(tmp_path / "m.csv", [header]), now=NOW, mapping=mapping)


# The bulk path against the path of every other channel.

TEXTS = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=40)
REPORTS = st.builds(
    Report,
    channel=st.sampled_from([Channel.IMPORT, Channel.RESIDENT, Channel.PHONE]),
    text=st.one_of(TEXTS, st.sampled_from(["燃气泄漏", "历史遗留问题", "", "路灯不亮"])),
    title=TEXTS,
    category_code=st.sampled_from(["", "0101", "9999"]),
    grade=st.sampled_from([None, *Grade]),
    urgent=st.booleans(),
    reporter_name=TEXTS,
    reporter_phone=st.sampled_from(["", "000-1234", "not a number"]),
    longitude=st.sampled_from([None, 113.1]),
    latitude=st.sampled_from([None, 27.8]),
    origin=st.sampled_from([None, Origin("原留言", {"id": "1"})]),
)


def alone(report: Report) -> Receipt | DomainError:
    try:
        return register(report=report, by=None, now=NOW)
    except DomainError as refusal:
        return refusal


def written(receipt: Receipt | DomainError) -> list:
    """Everything written for one matter, without the numbers that are drawn or counted; or the refusal."""
    if isinstance(receipt, DomainError):
        return [type(receipt), receipt.message, receipt.field]
    id, number = receipt.matter_id, receipt.number

    def plain(queryset, *without):
        return [{k: v for k, v in row.items() if k not in without} for row in queryset.values()]

    def facts(text):
        return text.replace(number, "NUMBER")

    entries = plain(Entry.objects.filter(stream=f"matter:{id}"), "id", "stream", "subject", "digest")
    return [
        plain(Matter.objects.filter(pk=id), "id", "number"),
        plain(Reporter.objects.filter(matter=id), "id", "matter_id", "code_digest"),
        plain(Step.objects.filter(matter=id), "id", "matter_id"),
        [{**entry, "facts": facts(entry["facts"])} for entry in entries],
        [facts(str(row)) for row in plain(Event.objects.filter(subject=f"matter:{id}"), "id", "subject")],
    ]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(reports=st.lists(REPORTS, max_size=4))
def test_many_at_once_are_written_exactly_as_one_by_one(town, reports):
    many = register_many(reports=reports, by=None, now=NOW)
    assert len(many) == len(reports)
    for report, outcome in zip(reports, many, strict=True):
        single = alone(report)
        assert written(outcome) == written(single)
    assert not verify().breaks


def test_no_report_at_all_is_no_work(town):
    assert register_many(reports=[], by=None, now=NOW) == []


def test_a_channel_that_is_not_open_is_refused_in_its_place(town):
    outcome = register_many(reports=[Report(Channel.PHONE, "停水")], by=None, now=NOW)
    assert isinstance(outcome[0], Forbidden)


# The real files, where they are on the machine.

COUNTS = {
    "messages/messages.csv": (None, 2159, 0),
    "messages/messages_with_replies.csv": (None, 1455, 0),
    "requests311/nyc311_mzuber88.csv": ("nyc311", 1000, 0),
    "requests311/chicago311_foia.csv": ("chicago311", 3455, 29),
}


@real_files
@pytest.mark.parametrize("name", COUNTS)
def test_the_real_files_go_in_whole(town, name):
    mapping, accepted, refused = COUNTS[name]
    report = import_file(path=SHARED / name, now=NOW, mapping=mapping)
    assert (report.counts["accepted"], report.counts["refused"]) == (accepted, refused)
    assert all(row.reason.startswith("编号与第") for row in report.refused)
    again = import_file(path=SHARED / name, now=NOW)
    assert (again.counts["already"], again.counts["accepted"]) == (accepted, 0)
    assert not list(broken_invariants(now=NOW))
    assert not verify().breaks


@real_files
@pytest.mark.capability("C34")
def test_any_real_message_can_be_taken_to_closure(town):
    """The longest, the shortest, the one with the most tabs, the one with angle brackets, and the first."""
    import_file(path=SHARED / "messages/messages.csv", now=NOW)
    rows = list(Matter.objects.values_list("number", "text", "pk"))
    chosen = {
        max(rows, key=lambda row: len(row[1])),
        min(rows, key=lambda row: len(row[1])),
        max(rows, key=lambda row: row[1].count("\t") + row[1].count("\n")),
        max(rows, key=lambda row: row[1].count("<")),
        rows[0],
    }
    for number, _, id in chosen:
        way = Way(town, Receipt(number, "", id))
        way.take("relocate", "wang", unit_id=town.grid.pk)
        assert way.to("closed").row.stage == "closed"
    assert not list(broken_invariants(now=NOW))


def draws(*numbers: int):
    """A chance that draws these, one after the other."""
    left = iter(numbers)
    return lambda limit: next(left)


def test_a_number_drawn_twice_is_drawn_anew(town):
    report = Report(Channel.RESIDENT, "停水")
    first = register(report=report, by=None, now=NOW, digits=draws(7))
    second = register(report=report, by=None, now=NOW, digits=draws(7, 7, 8))
    assert [first.number[:18], second.number[:18]] == ["SF261118-0000-0007", "SF261118-0000-0008"]
    many = register_many(reports=[report] * 3, by=None, now=NOW, digits=draws(7, 9, 9, 8, 10, 11))
    assert [receipt.number[14:18] for receipt in many] == ["0009", "0010", "0011"]
    with pytest.raises(IntegrityError):
        register(report=report, by=None, now=NOW, digits=lambda limit: 7)
    assert Matter.objects.count() == 5
