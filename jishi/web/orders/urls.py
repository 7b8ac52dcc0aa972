from django.urls import path

from jishi.web.orders import desks, menu, public

urlpatterns = [
    path("services/", public.services, name="services"),
    path("services/<int:offer_id>/", public.service, name="service"),
    path("services/receipt/<str:number>/", public.receipt, name="order_receipt"),
    path("services/receipt/<str:number>/rate/", public.rate, name="order_rate"),
    path("services/receipt/<str:number>/withdraw/", public.withdraw, name="order_withdraw"),
    path("orders/", desks.hall, name="order_hall"),
    path("orders/new/", desks.new, name="order_new"),
    path("orders/queue/", desks.queue, name="order_queue"),
    path("orders/menu/", menu.menu, name="service_menu"),
    path("orders/menu/new/", menu.add, name="service_add"),
    path("orders/menu/<int:offer_id>/", menu.change, name="service_change"),
    path("orders/menu/<int:offer_id>/stop/", menu.stop, name="service_stop"),
    path("orders/<str:number>/", desks.order, name="order"),
    path("orders/<str:number>/steps/<str:name>/", desks.step, name="order_step"),
]
