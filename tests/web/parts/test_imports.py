"""An administrator brings a list of components: uploaded, its columns named, tried, imported by the worker."""

import csv
import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jishi.flows import component_import
from jishi.flows.register_desk import LEASE, ImportDesk
from jishi.parts.models import Component
from jishi.registers.models import ImportRun
from tests.parts.conftest import town as town
from tests.parts.square import IN_GRID, code_of

pytestmark = [pytest.mark.django_db, pytest.mark.capability("C06")]
HEADER = ("编号", "杆号", "X", "Y")
CHOSEN = {"code": "编号", "name": "杆号", "longitude": "X", "latitude": "Y"}


@pytest.fixture
def desk(town, client, settings, tmp_path):
    settings.IMPORTS_DIR = tmp_path / "imports"
    return town.login(client, "zhao")


def said(**more):
    return {"once_key": str(uuid.uuid4())} | more


def upload(client, *rows, header=HEADER, **more):
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    file = SimpleUploadedFile("部件.csv", text.getvalue().encode())
    return client.post("/parts/imports/", said(file=file, source_name="路灯所") | more)


def by_worker(slice_s=0, rounds=100):
    sweep = ImportDesk(slice_s=slice_s)
    while rounds and sweep(timezone.now()):
        rounds -= 1


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_from_the_file_to_the_rows_that_stayed_out(desk):
    upload(desk, (code_of(), "12", *IN_GRID), (code_of("9999"), "=1+1", *IN_GRID))
    run = ImportRun.objects.get()
    here = f"/parts/imports/{run.pk}/"
    assert "编号" in page(desk, f"{here}columns/")
    assert desk.post(f"{here}columns/", said(**CHOSEN, coordinates="wgs84")).url == here
    assert "正在试导" in page(desk, here)
    by_worker()
    shown = page(desk, here)
    assert "已试导" in shown
    assert "目录中没有小类9999" in shown
    assert Component.objects.count() == 0
    desk.post(f"{here}start/", said())
    by_worker()
    assert Component.objects.get().name == "12"
    assert "新登记部件" in page(desk, here)
    sheet = b"".join(desk.get(f"{here}refused/").streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert rows[0] == [*HEADER, "行号", "结果", "原因"]
    assert rows[1][1:2] + rows[1][-3:] == ["'=1+1", "3", "未导入", "目录中没有小类9999"]


def test_what_the_columns_of_a_source_mean_is_offered_the_next_time(desk):
    upload(desk, (code_of(), "12", *IN_GRID))
    first = ImportRun.objects.get()
    desk.post(f"/parts/imports/{first.pk}/columns/", said(**CHOSEN, coordinates="gcj02"))
    upload(desk, (code_of(serial=2), "13", *IN_GRID))
    second = ImportRun.objects.order_by("-id")[0]
    shown = page(desk, f"/parts/imports/{second.pk}/columns/")
    assert len(re.findall(r'<option value="(?:编号|杆号|X|Y)" selected', shown)) == 4
    assert '<option value="gcj02" selected' in shown


def test_columns_that_say_nothing_of_the_place_are_asked_again(desk):
    upload(desk, (code_of(), "12", *IN_GRID))
    run = ImportRun.objects.get()
    answer = desk.post(f"/parts/imports/{run.pk}/columns/", said(code="编号"))
    assert answer.status_code == 422
    assert "部件在哪里" in answer.content.decode()


def test_all_or_nothing_is_kept_from_starting_while_a_row_is_refused(desk):
    upload(desk, (code_of(), "12", *IN_GRID), (code_of("9999"), "13", *IN_GRID), all_or_nothing="on")
    run = ImportRun.objects.get()
    here = f"/parts/imports/{run.pk}/"
    desk.post(f"{here}columns/", said(**CHOSEN))
    by_worker()
    assert f"{here}start/" not in page(desk, here)
    assert desk.post(f"{here}start/", said()).status_code == 409
    assert Component.objects.count() == 0


def test_a_worker_that_died_is_followed_by_one_that_goes_on(desk, monkeypatch):
    monkeypatch.setattr(component_import, "BATCH", 2)
    upload(desk, *((code_of(serial=n), "", *IN_GRID) for n in range(1, 7)))
    run = ImportRun.objects.get()
    desk.post(f"/parts/imports/{run.pk}/columns/", said(**CHOSEN))
    by_worker()
    desk.post(f"/parts/imports/{run.pk}/start/", said())
    by_worker(rounds=3)
    assert 0 < Component.objects.count() < 6
    assert "progress" in page(desk, f"/parts/imports/{run.pk}/")
    assert ImportDesk()(timezone.now()) is False  # the claim of the dead one still holds
    other = ImportDesk(slice_s=60)
    assert other(timezone.now() + 2 * LEASE)
    run.refresh_from_db()
    assert (run.state, run.counts["new"], Component.objects.count()) == ("done", 6, 6)


def test_imports_of_people_and_of_components_are_apart_and_nobody_elses(desk, town, client):
    upload(desk, (code_of(), "12", *IN_GRID))
    run = ImportRun.objects.get()
    assert "部件.csv" not in page(desk, "/registers/imports/")
    assert desk.get(f"/registers/imports/{run.pk}/").status_code == 404
    assert "部件.csv" in page(desk, "/parts/imports/")
    town.login(client, "zhou")
    for address in ("/parts/imports/", f"/parts/imports/{run.pk}/"):
        assert client.get(address).status_code == 403


def test_somebody_who_may_no_more_imports_nothing(desk, town):
    upload(desk, (code_of(), "12", *IN_GRID))
    run = ImportRun.objects.get()
    desk.post(f"/parts/imports/{run.pk}/columns/", said(**CHOSEN))
    town.person("zhao").postings.update(valid_to=timezone.localdate())
    by_worker()
    run.refresh_from_db()
    assert (run.state, run.note) == ("failed", "导入人已不在岗，这次导入没有进行。")
