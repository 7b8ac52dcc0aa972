"""Map tiles of others under the county's own shapes: what the settings name, written out for browsers.

``MAP_TILES`` holds one address a layer, the lowest first: {z}/{x}/{y}, or the words of WMTS ({TileMatrix}, {TileCol},
{TileRow}), {s} for the subdomains and {key} for the key of the deployment.
"""

from urllib.parse import quote, urlsplit

from django.conf import settings

_WMTS = {"{TileMatrix}": "{z}", "{TileCol}": "{x}", "{TileRow}": "{y}"}


def outside_tiles() -> list[list[str]]:
    """For each layer its addresses, one a subdomain, as MapLibre takes them; nothing if no tiles are set."""
    return [_addresses(template) for template in settings.MAP_TILES.split()]


def _addresses(template: str) -> list[str]:
    for word, ours in _WMTS.items():
        template = template.replace(word, ours)
    template = template.replace("{key}", quote(settings.MAP_KEY, safe=""))
    if "{s}" not in template:
        return [template]
    return [template.replace("{s}", letter) for letter in settings.MAP_SUBDOMAINS]


def outside_origins() -> list[str]:
    """The hosts a browser must be allowed to fetch tiles from."""
    parts = [urlsplit(address) for addresses in outside_tiles() for address in addresses]
    return list(dict.fromkeys(f"{part.scheme}://{part.netloc}" for part in parts if part.netloc))
