"""Photos from strangers: bombs are refused before they unfold, ordinary photos stand upright and tell nothing."""

import io
import struct
import threading
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from jishi.kernel.errors import DomainError, Invalid, TooLarge
from jishi.matters.actions import photos
from jishi.matters.actions.photos import MAX_BYTES, read_photo, read_photos

ORIENTATION, PLACE = 0x0112, 0x8825
# What the camera noted -> where the red quarter of the picture, kept at the upper left, belongs.
HELD = {
    1: "upper left", 2: "upper right", 3: "lower right", 4: "lower left",
    5: "upper left", 6: "upper right", 7: "lower right", 8: "lower left",
}  # fmt: skip


def written(image, kind="JPEG", **more) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def plain(kind="JPEG", size=(640, 480), mode="RGB", **more) -> bytes:
    return written(Image.new(mode, size), kind, **more)


def png_head(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds nothing: enough to be judged, too little to be decoded."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def in_three_scans(size) -> bytes:
    """A JPEG that is not progressive but gives its colour components one after the other."""
    grey = plain(size=size, mode="L")
    frame, scan = grey.index(b"\xff\xc0"), grey.index(b"\xff\xda")
    frame_end = frame + 2 + struct.unpack(">H", grey[frame + 2 : frame + 4])[0]
    dimensions = grey[frame + 4 : frame + 9]
    colours = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    body = grey[scan + 10 : -2]
    scans = b"".join(b"\xff\xda\x00\x08\x01" + bytes([number, 0]) + b"\x00\x3f\x00" + body for number in (1, 2, 3))
    return (
        grey[:frame] + b"\xff\xc0\x00\x11" + dimensions + b"\x03" + colours + grey[frame_end:scan] + scans + grey[-2:]
    )


@pytest.fixture
def decoded(monkeypatch) -> list[tuple[int, int]]:
    """The sizes of the pictures that were decoded."""
    sizes: list[tuple[int, int]] = []
    upright = photos._upright
    monkeypatch.setattr(photos, "_upright", lambda image: sizes.append(image.size) or upright(image))
    return sizes


def test_seven_photos_are_refused_before_the_first_is_opened(monkeypatch):
    opened = []
    monkeypatch.setattr(photos.Image, "open", lambda *given, **more: opened.append(given))
    seven = [SimpleUploadedFile(f"{number}.png", png_head(7000, 7000)) for number in range(7)]
    with pytest.raises(Invalid, match="一次最多6张照片"):
        read_photos(seven)
    assert opened == []
    assert all(file.tell() == 0 for file in seven)


def test_a_file_that_is_too_long_is_not_even_read():
    class Endless:
        size = MAX_BYTES + 1

        def read(self) -> bytes:
            raise AssertionError("it was read")

    with pytest.raises(TooLarge, match="10MB"):
        read_photos([Endless()])


@pytest.mark.parametrize(
    "bomb",
    [
        png_head(7000, 7000),
        png_head(4801, 5000),
        plain("WEBP", (4000, 4000), lossless=True, method=0),
        plain("JPEG", (8000, 7501), "L"),
        plain("JPEG", (5000, 4801), "L", progressive=True),
        in_three_scans((5000, 4801)),
        plain(progressive=True).replace(b"\xff\xd9", b"\xff\xda" * 100 + b"\xff\xd9"),
    ],
    ids=["png", "png by a little", "webp", "jpeg", "progressive", "colours one by one", "a hundred scans"],
)
def test_a_bomb_is_refused_by_its_head_and_nothing_is_decoded(bomb, decoded):
    with pytest.raises(TooLarge, match="尺寸过大"):
        read_photo(bomb)
    assert decoded == []


@pytest.mark.parametrize(
    "damaged", [plain()[:60], plain()[:300], plain("PNG")[:60], plain("WEBP")[:40], b"", b"\xff\xd8"]
)
def test_a_torn_file_is_no_photo(damaged):
    with pytest.raises(Invalid, match="不是可以识别的照片"):
        read_photo(damaged)


@pytest.mark.parametrize(
    "content",
    [
        plain("JPEG", (4000, 3000)),
        plain("JPEG", (4000, 3000), progressive=True),
        plain("JPEG", (4000, 3000), "CMYK"),
        in_three_scans((4000, 3000)),
        plain("PNG", (4000, 3000), "P"),
        plain("PNG", (4000, 3000), "RGBA"),
        plain("PNG", (4000, 3000), "1"),
        plain("WEBP", (4000, 3000), lossless=True, method=0),
    ],
    ids=["jpeg", "progressive", "cmyk", "colours one by one", "palette", "transparent", "two colours", "webp"],
)
def test_an_ordinary_photo_of_any_kind_becomes_a_small_jpeg(content):
    photo = read_photo(content)
    with Image.open(io.BytesIO(photo.content)) as kept:
        assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (1600, 1200))
    assert (photo.width, photo.height) == (1600, 1200)


@pytest.mark.parametrize("size", [(400, 200), (8000, 4000)], ids=["as it is", "made smaller while decoding"])
@pytest.mark.parametrize(("orientation", "corner"), list(HELD.items()))
def test_a_photo_stands_as_the_camera_was_held_and_says_nothing_else(orientation, corner, size):
    drawn = Image.new("RGB", size, "white")
    drawn.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[PLACE] = {1: "N", 2: (27.0, 52.0, 0.0)}
    photo = read_photo(written(drawn, exif=exif))
    with Image.open(io.BytesIO(photo.content)) as kept:
        assert not kept.getexif()
        assert (kept.width > kept.height) == (orientation <= 4)
        assert max(kept.size) == min(1600, size[0])
        corners = {
            f"{up} {left}": kept.getpixel((int(kept.width * x), int(kept.height * y)))
            for up, y in (("upper", 0.2), ("lower", 0.8))
            for left, x in (("left", 0.2), ("right", 0.8))
        }
    assert [name for name, (_, green, _) in corners.items() if green < 100] == [corner]


def test_a_png_and_a_webp_are_turned_as_well():
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    for kind in ("PNG", "WEBP"):
        photo = read_photo(plain(kind, (400, 200), exif=exif))
        assert (photo.width, photo.height) == (200, 400), kind


def test_a_process_decodes_one_photo_at_a_time(monkeypatch):
    content, inside, most = plain(), [], []
    upright = photos._upright

    def watched(image):
        inside.append(image)
        most.append(len(inside))
        try:
            return upright(image)
        finally:
            inside.pop()

    monkeypatch.setattr(photos, "_upright", watched)
    threads = [threading.Thread(target=read_photo, args=(content,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_the_next_photo_is_read_after_one_that_failed():
    for content in (b"none", png_head(7000, 7000), png_head(20, 20)):
        with pytest.raises(DomainError):
            read_photo(content)
    assert read_photo(plain()).width == 640
