"""Tiles of others under the map: only those the settings name, and the browser may fetch them from there alone."""

from jishi.web import middleware
from jishi.web.outside import outside_origins, outside_tiles

TIANDITU = (
    "https://t{s}.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}"
)


def test_without_a_setting_the_map_leaves_the_house_for_nothing(settings):
    settings.MAP_TILES = ""
    assert outside_tiles() == []
    assert "http" not in middleware.security_policy()


def test_several_layers_each_with_their_subdomains_and_the_key(settings):
    settings.MAP_TILES = f"{TIANDITU} {TIANDITU.replace('vec', 'cva')}"
    settings.MAP_SUBDOMAINS, settings.MAP_KEY = "07", "a&b"
    ground, names = outside_tiles()
    assert [address.split("/")[2] for address in ground] == ["t0.tianditu.gov.cn", "t7.tianditu.gov.cn"]
    assert all(address.endswith("&TILECOL={x}&tk=a%26b") for address in ground)
    assert "cva_w" in names[0]
    assert outside_origins() == ["https://t0.tianditu.gov.cn", "https://t7.tianditu.gov.cn"]
    policy = middleware.security_policy()
    assert policy.count("https://t7.tianditu.gov.cn") == 2


def test_the_words_of_wmts_are_those_of_the_map(settings):
    settings.MAP_TILES = "https://map.example.cn/wmts/img/{TileMatrix}/{TileRow}/{TileCol}.png"
    assert outside_tiles() == [["https://map.example.cn/wmts/img/{z}/{y}/{x}.png"]]
