"""A resident without an account: report, follow, rate, ask again; and what strangers and bad input meet."""

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jishi.matters.models import Matter, Photo, Rating
from tests.matters.town import begin, forget, lay_down

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


@pytest.fixture(autouse=True)
def calm(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def town(cast):
    lay_down(cast)
    yield cast
    forget()


def send(client, key=KEY, **more):
    return client.post("/report/", {"text": "3栋路灯不亮", "once_key": key} | more)


def photo(kind="JPEG", size=(640, 480), exif=None) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "#336699").save(written, kind, **({"exif": exif} if exif else {}))
    return written.getvalue()


@pytest.mark.capability("C33", "C34")
def test_a_report_leads_to_a_receipt_with_stage_unit_and_due_time(client, town):
    answer = send(client, unit=town.community.pk, name="刘奶奶", phone="000-1234-5678")
    page = client.get(answer.url).content.decode()
    assert Matter.objects.get().number in page
    for shown in ("响石岭街道网格中心", "办结期限", "个工作时", "评价码", "3栋路灯不亮"):
        assert shown in page
    for hidden in ("刘奶奶", "1234-5678"):
        assert hidden not in page


@pytest.mark.capability("C33")
def test_a_double_click_registers_once_and_gives_the_same_receipt(client, town):
    assert send(client).url == send(client).url
    assert Matter.objects.count() == 1
    assert send(client, text="别的事").status_code == 409


@pytest.mark.capability("C33")
def test_the_number_is_found_however_it_is_typed(client, town):
    send(client)
    number = Matter.objects.get().number
    for typed in (number.lower(), number.replace("-", ""), f"  {number} "):
        assert client.get("/receipt/", {"number": typed}).url == f"/receipt/{number}/"
    assert client.get("/receipt/", {"number": "SF261118-0000-0000-0"}).status_code in {404, 422}


@pytest.mark.capability("C34", "K24-I1")
def test_the_reporter_rates_and_asks_again_a_stranger_needs_the_code(client, town, django_user_model):
    way = begin(town).to("closed")
    address = f"/receipt/{way.receipt.number}"
    said = {"solved": "no", "satisfied": "2", "note": "还暗", "once_key": KEY}
    assert client.post(f"{address}/rate/", said | {"code": "00000000"}).status_code == 422
    assert not Rating.objects.exists()
    assert client.post(f"{address}/rate/", said | {"code": way.receipt.code}).status_code == 302
    assert Rating.objects.get().satisfied == 2
    again = {"note": "昨晚又坏了", "once_key": "b" * 16}
    assert client.post(f"{address}/reopen/", again | {"code": way.receipt.code}).status_code in {302, 409}


def test_what_was_typed_is_kept_when_something_is_wrong(client, town):
    answer = send(client, text="路灯不亮<b>", phone="打给我", place="3栋")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "路灯不亮&lt;b&gt;" in page
    assert 'value="3栋"' in page
    assert "电话号码" in page


@pytest.mark.capability("C54", "L06")
def test_a_photo_is_written_anew_without_where_it_was_taken(client, town, settings):
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (27.0, 52.0, 0.0)}
    upload = SimpleUploadedFile("a.jpg", photo(exif=exif), "image/jpeg")
    send(client, photos=upload)
    kept = Photo.objects.get()
    from jishi.matters.actions.photos import photo_path

    with Image.open(photo_path(kept.digest)) as image:
        assert not image.getexif()
        assert (image.width, image.height) == (640, 480)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("a.jpg", b"MZ\x90\x00" + b"\x00" * 500, 422),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", 422),
        ("a.png", photo("PNG")[:200], 422),
        ("a.gif", b"GIF89a" + b"\x00" * 20, 422),
        ("empty.jpg", b"", 422),
        ("big.jpg", photo() + b"\x00" * (10 * 1024 * 1024), 413),
    ],
)
def test_what_is_no_photo_is_refused_and_the_words_are_kept(client, town, name, content, status):
    answer = send(client, photos=SimpleUploadedFile(name, content, "image/jpeg"))
    assert answer.status_code == status
    assert "3栋路灯不亮" in answer.content.decode()
    assert not Matter.objects.exists()


def test_seven_photos_are_refused_unopened_and_the_words_are_kept(client, town, monkeypatch):
    opened = []
    monkeypatch.setattr(Image, "open", lambda *given, **more: opened.append(given))
    answer = send(client, photos=[SimpleUploadedFile(f"{each}.jpg", photo(), "image/jpeg") for each in range(7)])
    assert answer.status_code == 422
    assert "一次最多6张照片" in answer.content.decode()
    assert "3栋路灯不亮" in answer.content.decode()
    assert opened == []
    assert not Matter.objects.exists()


def test_a_decompression_bomb_is_a_clear_refusal_and_the_words_are_kept(client, town):
    bomb = SimpleUploadedFile("a.png", photo("PNG", (7000, 7000)), "image/png")
    answer = send(client, photos=bomb)
    assert answer.status_code == 413
    assert "照片尺寸过大" in answer.content.decode()
    assert "3栋路灯不亮" in answer.content.decode()
    assert not Matter.objects.exists()


@pytest.mark.capability("C41", "C42")
def test_a_merged_reporter_reads_what_to_do_if_the_answer_does_not_help(client, town):
    main, twin = begin(town), begin(town)
    twin.take("merge", "wang", into=main.receipt.number)

    def page(way) -> str:
        return client.get(f"/receipt/{way.receipt.number}/").content.decode()

    advice = "请再反映一件，写明本受理编号"
    assert advice not in page(twin)
    main.to("closed")
    assert advice in page(twin)
    assert main.receipt.number not in page(twin)
    assert advice not in page(main)


@pytest.mark.parametrize(
    "nasty",
    [
        "'; DROP TABLE matters_matter; --",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "a\x00b",
        "😀" * 3,
        "\t\n x",
    ],
)
def test_nothing_that_is_typed_runs(client, town, nasty):
    answer = client.post("/report/", {"text": f"说 {nasty}", "place": nasty[:100], "name": nasty[:50], "once_key": KEY})
    assert answer.status_code in {302, 422}
    if answer.status_code == 302:
        page = client.get(answer.url).content.decode()
        assert "<script>alert" not in page
        assert "49" not in page.split("反映的内容")[1][:200]


def test_an_unknown_community_is_a_clear_refusal(client, town):
    answer = send(client, unit=999_999)
    assert answer.status_code == 422
    assert "请重新选择" in answer.content.decode()
    assert send(client, unit=2**70).status_code == 422


def test_guessing_numbers_is_slowed_down(client, town):
    from jishi.kernel.numbers import make_number
    from tests.cast import TODAY

    answers = {client.get(f"/receipt/{make_number('SF', TODAY, n)}/").status_code for n in range(40)}
    assert answers == {404, 429}


def test_every_page_of_the_residents_opens(client, town):
    for address in ("/", "/report/", "/receipt/", "/report/map/"):
        assert client.get(address).status_code == 200
