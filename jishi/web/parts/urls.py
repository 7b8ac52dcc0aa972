from django.urls import path

from jishi.web.parts import catalogue, imports, keeping, views

urlpatterns = [
    path("parts/", views.components, name="parts"),
    path("parts/due/", views.due, name="parts_due"),
    path("parts/new/", keeping.enter, name="component_enter"),
    path("parts/classes/", catalogue.classes, name="part_classes"),
    path("parts/classes/<str:code>/", catalogue.subclass, name="part_subclass"),
    path("parts/export/", imports.export, name="parts_export"),
    path("parts/imports/", imports.imports, name="part_imports"),
    path("parts/imports/<int:run_id>/", imports.run, name="part_import_run"),
    path("parts/imports/<int:run_id>/columns/", imports.columns, name="part_import_columns"),
    path("parts/imports/<int:run_id>/start/", imports.start, name="part_import_start"),
    path("parts/imports/<int:run_id>/cancel/", imports.cancel, name="part_import_cancel"),
    path("parts/imports/<int:run_id>/refused/", imports.refused, name="part_import_refused"),
    path("parts/<str:code>/", views.component, name="component"),
    path("parts/<str:code>/label/", views.label, name="component_label"),
    path("parts/<str:code>/inspect/", views.inspect, name="component_inspect"),
    path("parts/<str:code>/fault/", views.fault, name="component_fault"),
    path("parts/<str:code>/change/", keeping.change, name="component_change"),
    path("parts/<str:code>/condition/", keeping.condition, name="component_condition"),
    path("parts/<str:code>/retire/", keeping.retire, name="component_retire"),
]
