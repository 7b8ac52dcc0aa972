"""Photos from strangers: decoded, made smaller, turned upright and written anew. Nothing else of the file survives.

Memory is counted before anything is decoded, for a picture of a few kilobytes may unfold to gigabytes: the number of
photos, the bytes of each and the pixels of its format have limits, and a process decodes one photo at a time. So an
upload costs a process at most some 240 MB, however many come together.
"""

import hashlib
import io
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

from django.conf import settings
from PIL import Image, ImageOps
from PIL.JpegImagePlugin import JpegImageFile

from jishi.kernel.errors import Invalid, TooLarge
from jishi.matters.rules.given import PhotoFile
from jishi.matters.rules.reports import MAX_PHOTOS

MAX_BYTES = 10 * 1024 * 1024
MAX_SIDE = 1600
# A JPEG is made smaller while it is decoded, PNG and WebP unfold whole: 8 bytes a pixel, and 18.
MAX_PIXELS = {"JPEG": 60_000_000, "PNG": 24_000_000, "WEBP": 13_000_000}
# A JPEG in several scans (a progressive one) is kept whole too, and worked through once a scan.
MAX_SCANNED_PIXELS = 24_000_000
MAX_SCANS = 100
START_OF_SCAN = b"\xff\xda"

_decoding = Lock()


class Upload(Protocol):
    """An uploaded file, as Django gives it: its length in bytes is known before it is read."""

    @property
    def size(self) -> int | None: ...

    def read(self) -> bytes: ...


def read_photos(files: Sequence[Upload]) -> tuple[PhotoFile, ...]:
    """All photos of one form; raises as ``check_photo_count`` and ``read_upload`` do, the count before any decoding."""
    check_photo_count(len(files))
    return tuple(map(read_upload, files))


def check_photo_count(count: int) -> None:
    if count > MAX_PHOTOS:
        raise Invalid(f"一次最多{MAX_PHOTOS}张照片", field="photos")


def read_upload(file: Upload) -> PhotoFile:
    """One uploaded photo; what is too long is refused before it is read into memory. Raises as ``read_photo`` does."""
    if (file.size or 0) > MAX_BYTES:
        raise TooLarge("照片超过10MB，请压缩后再传", field="photos")
    return read_photo(file.read())


def read_photo(content: bytes) -> PhotoFile:
    """Decode what was uploaded and write it anew as JPEG, at most 1,600 pixels a side.

    Metadata (place, time, camera) is lost on purpose. Raises ``TooLarge`` or ``Invalid`` for anything that is not
    an ordinary photo: an SVG, a renamed program, a torn file, a decompression bomb.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge("照片超过10MB，请压缩后再传", field="photos")
    try:
        with _decoding, Image.open(io.BytesIO(content), formats=tuple(MAX_PIXELS)) as image:
            _check_size(image, content)
            upright = _upright(image)
    except (OSError, ValueError, SyntaxError, IndexError, Image.DecompressionBombError) as error:
        raise Invalid("这个文件不是可以识别的照片（支持JPG、PNG、WebP）", field="photos") from error
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=82, optimize=True)
    data = written.getvalue()
    return PhotoFile(hashlib.sha256(data).hexdigest(), data, upright.width, upright.height)


def _check_size(image: Image.Image, content: bytes) -> None:
    """Raise ``TooLarge`` for what would need too much memory or time; only the head of the file has been read."""
    if not isinstance(image, JpegImageFile):
        limit = MAX_PIXELS[image.format or ""]
    elif not _in_scans(content):
        limit = MAX_PIXELS["JPEG"]
    else:
        limit = MAX_SCANNED_PIXELS if content.count(START_OF_SCAN) <= MAX_SCANS else 0
    if image.width * image.height > limit:
        raise TooLarge("照片尺寸过大，请压缩后再传", field="photos")


def _in_scans(content: bytes) -> bool:
    """Whether a JPEG comes in several scans: progressive, or its first scan holds not every colour component."""
    head = JpegImageFile(io.BytesIO(content))  # reads up to the end of the head of the first scan
    assert head.fp is not None
    end = head.fp.tell()
    partly = (START_OF_SCAN + bytes([0, 6 + 2 * held, held]) for held in range(1, head.layers))
    return "progressive" in head.info or any(content.startswith(one, end - one[3] - 2) for one in partly)


def _upright(image: Image.Image) -> Image.Image:
    """At most 1,600 pixels a side, turned as the camera was held, in plain colours; small before anything is copied."""
    image.draft("RGB", (MAX_SIDE * 2, MAX_SIDE * 2))  # of no effect but on a JPEG
    # Palettes, transparency and deep greys cannot be scaled well as they are.
    small = image if image.mode in {"RGB", "L", "CMYK"} else image.convert("RGB")
    small.thumbnail((MAX_SIDE, MAX_SIDE))
    return ImageOps.exif_transpose(small).convert("RGB")


def photo_path(digest: str) -> Path:
    """Where the file of a photo lies, by its content."""
    return Path(settings.MEDIA_ROOT) / "photos" / digest[:2] / f"{digest}.jpg"


def keep_photo(photo: PhotoFile) -> None:
    """Put the file in its place before the row that names it is committed; the same photo is kept once."""
    target = photo_path(photo.digest)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".{os.getpid()}.{os.urandom(4).hex()}")
    with unfinished.open("wb") as file:
        file.write(photo.content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(target)
