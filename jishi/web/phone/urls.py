from django.urls import path

from jishi.web.phone import day, registration, worker

urlpatterns = [
    path("day/", day.day, name="day"),
    path("day/register/", registration.register, name="phone_register"),
    path("day/pass/", registration.sending_pass, name="sending_pass"),
    path("day/offline/", worker.no_network, name="no_network"),
    path("sw.js", worker.service_worker, name="service_worker"),
]
