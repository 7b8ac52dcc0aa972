from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "jishi.orders"
    label = "orders"
    verbose_name = "点单"
