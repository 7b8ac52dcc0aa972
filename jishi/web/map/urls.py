from django.urls import path

from jishi.web.map import beside, tiles, views

urlpatterns = [
    path("map/", views.county_map, name="map"),
    path("map/tiles/<str:layer>/<int:z>/<int:x>/<int:y>.pbf", tiles.tile, name="map_tile"),
    path("map/units/<int:unit_id>/", beside.unit_beside, name="map_unit"),
    path("map/matters/<int:matter_id>/", beside.matter_beside, name="map_matter"),
    path("map/buildings/<int:address_id>/", beside.building_beside, name="map_building"),
]
