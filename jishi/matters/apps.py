from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "jishi.matters"
    label = "matters"
    verbose_name = "事项"
