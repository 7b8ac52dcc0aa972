"""One tile of one layer, as the person who asks may see it."""

from hashlib import blake2b

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from jishi.kernel.errors import Forbidden, NotFound
from jishi.kernel.tiles import Tile
from jishi.web.guards import page
from jishi.web.map.layers import Layer, draw, layers_of

DEEPEST = 18  # closer in, the browser enlarges the last one
KIND = "application/vnd.mapbox-vector-tile"
# What everybody sees may be kept by everybody. What a person sees at work is asked for anew, and sent anew if changed.
KEPT = {True: "public, max-age=300", False: "private, no-cache"}


@page(public=True)
def tile(request: HttpRequest, layer: str, z: int, x: int, y: int) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    wanted = next((each for each in Layer if each.value == layer), None)
    if wanted is None or z > DEEPEST or not (x < 1 << z and y < 1 << z):
        raise NotFound("地图上没有这一块。")
    if wanted not in layers_of(viewer):
        raise Forbidden("您的岗位看不到这个图层。")
    body = draw(wanted, viewer, Tile(z, x, y))
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    answer = HttpResponse(body, content_type=KIND, headers={"Cache-Control": KEPT[wanted.public], "ETag": etag})
    return get_conditional_response(request, etag=etag, response=answer) or answer
