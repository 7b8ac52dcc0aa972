from django.urls import path

from jishi.web.parts import views

urlpatterns = [
    path("parts/", views.components, name="parts"),
    path("parts/due/", views.due, name="parts_due"),
    path("parts/<str:code>/", views.component, name="component"),
    path("parts/<str:code>/inspect/", views.inspect, name="component_inspect"),
    path("parts/<str:code>/fault/", views.fault, name="component_fault"),
]
