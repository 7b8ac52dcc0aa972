from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "jishi.duties"
    label = "duties"
    verbose_name = "清单与时限"
