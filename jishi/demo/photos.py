"""Placeholder photos: a street, a lamp, a manhole, drawn with a few shapes. No people, no places, no camera."""

import io
from random import Random

from PIL import Image, ImageDraw

from jishi.matters.actions.photos import read_photo
from jishi.matters.rules.given import PhotoFile

SIZE = (640, 480)
SKIES = ((188, 210, 228), (205, 214, 219), (226, 216, 199), (170, 186, 205))
GROUNDS = ((122, 124, 126), (139, 132, 120), (108, 117, 112))


def draw_album(chance: Random, count: int) -> list[PhotoFile]:
    """``count`` different placeholder photos, the same for the same chance."""
    return [_photo(chance, index) for index in range(count)]


def _photo(chance: Random, index: int) -> PhotoFile:
    width, height = SIZE
    image = Image.new("RGB", SIZE, chance.choice(SKIES))
    pen = ImageDraw.Draw(image)
    horizon = chance.randint(200, 280)
    _houses(pen, chance, horizon)
    pen.rectangle((0, horizon, width, height), fill=chance.choice(GROUNDS))
    (_lamp, _manhole, _heap, _puddle)[index % 4](pen, chance, horizon)
    pen.rectangle((0, height - 26, width, height), fill=(40, 40, 40))
    pen.text((12, height - 20), f"DEMO PICTURE {index + 1:02d}", fill=(255, 255, 255))
    content = io.BytesIO()
    image.save(content, "PNG")
    return read_photo(content.getvalue())


def _houses(pen: ImageDraw.ImageDraw, chance: Random, horizon: int) -> None:
    at = 0
    while at < SIZE[0]:
        width, height = chance.randint(70, 140), chance.randint(60, 170)
        shade = chance.randint(150, 205)
        pen.rectangle((at, horizon - height, at + width, horizon), fill=(shade, shade - 8, shade - 18))
        for left in range(at + 12, at + width - 16, 26):
            for top in range(horizon - height + 14, horizon - 20, 32):
                pen.rectangle((left, top, left + 12, top + 16), fill=(96, 112, 128))
        at += width + chance.randint(4, 30)


def _lamp(pen: ImageDraw.ImageDraw, chance: Random, horizon: int) -> None:
    at = chance.randint(200, 440)
    pen.rectangle((at, horizon - 150, at + 8, horizon + 90), fill=(60, 60, 60))
    pen.rectangle((at, horizon - 150, at + 70, horizon - 143), fill=(60, 60, 60))
    pen.ellipse((at + 55, horizon - 143, at + 85, horizon - 125), fill=(70, 66, 50))


def _manhole(pen: ImageDraw.ImageDraw, chance: Random, horizon: int) -> None:
    left = chance.randint(160, 360)
    pen.ellipse((left, horizon + 70, left + 150, horizon + 130), fill=(52, 50, 48))
    pen.ellipse((left + 60, horizon + 60, left + 190, horizon + 112), outline=(80, 78, 74), width=7)


def _heap(pen: ImageDraw.ImageDraw, chance: Random, horizon: int) -> None:
    for _ in range(22):
        left, top = chance.randint(190, 400), chance.randint(horizon + 30, horizon + 120)
        shade = chance.randint(60, 200)
        side = chance.randint(14, 44)
        pen.rectangle((left, top, left + side, top + side // 2), fill=(shade, shade - 20, 60))


def _puddle(pen: ImageDraw.ImageDraw, chance: Random, horizon: int) -> None:
    left = chance.randint(120, 300)
    pen.ellipse((left, horizon + 50, left + 260, horizon + 150), fill=(98, 128, 150))
    pen.arc((left + 40, horizon + 70, left + 200, horizon + 130), 10, 160, fill=(190, 208, 220), width=3)
