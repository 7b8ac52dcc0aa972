from django.apps import AppConfig


class PartsConfig(AppConfig):
    name = "jishi.parts"
    label = "parts"
    verbose_name = "部件"
