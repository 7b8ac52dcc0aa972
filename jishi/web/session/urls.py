from django.urls import path

from jishi.web.session import views

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.login, name="login"),
    path("logout/", views.logout, name="logout"),
    path("type-size/", views.type_size, name="type_size"),
]
