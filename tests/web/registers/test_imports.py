"""A community brings its list: uploaded, its columns named, tried, imported by the worker, the rest downloaded."""

import io
import uuid

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jishi.audit.models import Entry
from jishi.flows.register_desk import ImportDesk
from jishi.flows.register_files import KEPT, forget_files
from jishi.registers.models import ImportRun, Resident
from tests.registers.lists import row, write

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C24")]


@pytest.fixture
def desk(town, client, settings, tmp_path):
    settings.IMPORTS_DIR = tmp_path / "imports"
    town.grid, town.next_grid  # noqa: B018 (the grids are made when first named)
    return town.login(client, "zhou")


def upload(client, path, **more):
    file = SimpleUploadedFile(path.name, path.read_bytes())
    said = {"file": file, "source_name": "派出所", "source": "police", "once_key": str(uuid.uuid4())} | more
    return client.post("/registers/imports/", said)


def said(**more):
    return {"once_key": str(uuid.uuid4())} | more


def by_worker():
    sweep = ImportDesk(slice_s=0)
    while sweep(timezone.now()):
        pass


def columns_of(client, run):
    """The mapping as the page proposes it."""
    page = client.get(f"/registers/imports/{run.pk}/columns/")
    assert page.status_code == 200
    return {
        "name": "姓名", "document_number": "证件号码", "household": "户编号", "relation": "与户主关系", "door": "门牌",
        "grid": "网格", "stay": "居住类型",
    }  # fmt: skip


def test_from_the_file_to_the_rows_that_stayed_out(desk, tmp_path):
    file = write(tmp_path / "名册.csv", row(), row("坏人", 户编号="2", 证件号码="1", 联系电话="=1+1"))
    assert upload(desk, file).status_code == 302
    run = ImportRun.objects.get()
    assert desk.post(f"/registers/imports/{run.pk}/columns/", said(**columns_of(desk, run))).status_code == 302
    assert "正在试导" in desk.get(f"/registers/imports/{run.pk}/").content.decode()
    by_worker()
    page = desk.get(f"/registers/imports/{run.pk}/").content.decode()
    assert "已试导" in page
    assert "身份证号码应为18位" in page
    assert Resident.objects.count() == 0
    desk.post(f"/registers/imports/{run.pk}/start/", said())
    by_worker()
    assert Resident.objects.get().name == "张清晓"
    sheet = b"".join(desk.get(f"/registers/imports/{run.pk}/refused/").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert rows[0][-3:] == ["行号", "结果", "原因"]
    assert rows[1][-3:-1] == ["3", "未导入"]
    assert rows[1][-1].startswith("身份证号码应为18位")
    assert rows[1][rows[0].index("联系电话")] == "'=1+1"


def test_what_cannot_be_read_or_mapped_is_said_at_its_place(desk, tmp_path):
    empty = tmp_path / "a.csv"
    empty.write_text("一行字\n")
    answer = upload(desk, empty)
    assert answer.status_code == 422
    assert "没有找到表头" in answer.content.decode()
    assert not ImportRun.objects.exists()
    upload(desk, write(tmp_path / "b.csv", row()))
    run = ImportRun.objects.get()
    answer = desk.post(f"/registers/imports/{run.pk}/columns/", said(name="姓名"))
    assert answer.status_code == 422
    assert "住在哪里" in answer.content.decode()


def test_an_import_can_be_stopped_and_is_nobody_elses(desk, town, client, tmp_path):
    upload(desk, write(tmp_path / "a.csv", row()))
    run = ImportRun.objects.get()
    desk.post(f"/registers/imports/{run.pk}/columns/", said(**columns_of(desk, run)))
    desk.post(f"/registers/imports/{run.pk}/cancel/", said())
    by_worker()
    assert ImportRun.objects.get().state == "cancelled"
    town.login(client, "zhao")
    assert client.get(f"/registers/imports/{run.pk}/").status_code == 404
    town.login(client, "li")
    assert client.get("/registers/imports/").status_code == 403


def test_somebody_who_left_imports_nothing(desk, town, tmp_path):
    upload(desk, write(tmp_path / "a.csv", row()))
    run = ImportRun.objects.get()
    desk.post(f"/registers/imports/{run.pk}/columns/", said(**columns_of(desk, run)))
    town.person("zhou").postings.update(valid_to=timezone.localdate())
    by_worker()
    assert ImportRun.objects.get().note.startswith("导入人已不在岗")


def test_files_are_removed_a_week_after_the_end(desk, tmp_path, settings):
    upload(desk, write(tmp_path / "a.csv", row()))
    run = ImportRun.objects.get()
    desk.post(f"/registers/imports/{run.pk}/cancel/", said())
    assert forget_files(timezone.now()) == 0
    assert forget_files(timezone.now() + KEPT * 2) == 1
    assert list(settings.IMPORTS_DIR.iterdir()) == []


@pytest.mark.capability("C94")
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_goes_out_masked_marked_and_on_record(desk, town, tmp_path, kind):
    from tests.registers.lists import take_in

    people = [
        row("=cmd|calc", 联系电话="13800001234"),
        row("外人", 户编号="9", 证件号码="", 网格=town.other_grid.code, 门牌="1栋"),
    ]
    take_in(write(tmp_path / "a.csv", *people))
    answer = desk.post("/registers/imports/export/", said(format=kind))
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        told = content.decode("utf-8-sig")
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        told = "\n".join(",".join(map(str, line)) for line in book)
    assert told.startswith("老周 ")
    assert "仅限本职工作使用" in told.splitlines()[0]
    assert "138****1234" in told
    assert "13800001234" not in told
    assert "'=cmd|calc" in told
    assert "外人" not in told
    assert orjson.loads(Entry.objects.get(action="registers.export").facts)["people"] == 1
