from django.urls import path

from jishi.web.residents import at_door, views

urlpatterns = [
    path("report/", views.report, name="report"),
    path("report/map/", views.place_map, name="report_map"),
    path("d/<str:code>/", at_door.door, name="door"),
    path("receipt/", views.find_receipt, name="find_receipt"),
    path("receipt/<str:number>/", views.receipt, name="receipt"),
    path("receipt/<str:number>/rate/", views.rate, name="rate"),
    path("receipt/<str:number>/reopen/", views.ask_reopening, name="ask_reopening"),
]
