from django.urls import path

from jishi.web.addresses import choosing, editing, views

urlpatterns = [
    path("addresses/", views.browse, name="addresses"),
    path("addresses/new/", editing.add, name="address_add"),
    path("addresses/plates/", views.plates, name="address_plates"),
    path("addresses/<int:address_id>/", views.address, name="address"),
    path("addresses/<int:address_id>/change/", editing.change, name="address_change"),
    path("addresses/<int:address_id>/names/", editing.add_name, name="address_name_add"),
    path("addresses/<int:address_id>/names/<int:alias_id>/end/", editing.end_name, name="address_name_end"),
    path("addresses/<int:address_id>/posts/", editing.take_post, name="address_post_take"),
    path("addresses/<int:address_id>/posts/<int:holder_id>/end/", editing.leave_post, name="address_post_leave"),
    path("addresses/<int:address_id>/cancel/", editing.cancel, name="address_cancel"),
    path("doors/", choosing.doors, name="doors"),
]
