from django.urls import path

from jishi.web.desk import views

urlpatterns = [
    path("desk/", views.desk, name="desk"),
    path("desk/map/", views.desk_map, name="desk_map"),
    path("desk/filters/", views.more_filters, name="desk_filters"),
    path("desk/<str:number>/", views.beside, name="desk_matter"),
]
