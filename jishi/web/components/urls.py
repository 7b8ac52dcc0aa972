from django.urls import path

from jishi.web.components import views

urlpatterns = [path("", views.gallery, name="components")]
