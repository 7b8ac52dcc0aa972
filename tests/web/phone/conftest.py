import io
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tests.cast import Cast
from tests.matters.town import lay_down


@pytest.fixture
def town(cast: Cast) -> Cast:
    lay_down(cast)
    return cast


def picture(name: str = "现场.jpg", *, shade: int = 90) -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.new("RGB", (40, 30), (shade, 90, 90)).save(held, "JPEG")
    return SimpleUploadedFile(name, held.getvalue(), "image/jpeg")


def send(client: Client, key: str = "", **given: Any) -> Any:
    """Post a report as the page's script does."""
    fields = {"text": "楼道里堆了杂物"} | given
    return client.post(
        "/day/register/",
        fields,
        headers={"Accept": "application/json", "Idempotency-Key": key or str(uuid4())},
    )
