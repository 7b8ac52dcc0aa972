from django.urls import path, re_path

from jishi.web.matters import places, registration, views

urlpatterns = [
    path("matters/new/", registration.register, name="register"),
    path("matters/units/", places.unit_choices, name="unit_choices"),
    path("matters/shapes/", places.map_shapes, name="map_shapes"),
    path("matters/lookup/", registration.lookup, name="matter_lookup"),
    path("matters/<str:number>/", views.matter, name="matter"),
    path("matters/<str:number>/print/", views.print_form, name="matter_print"),
    path("matters/<str:number>/map/", places.matter_map, name="matter_map"),
    path("matters/<str:number>/steps/<str:step>/", views.step, name="step"),
    re_path(r"^photos/(?P<digest>[0-9a-f]{64})\.jpg$", views.photo, name="photo"),
]
