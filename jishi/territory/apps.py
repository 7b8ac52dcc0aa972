from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "jishi.territory"
    label = "territory"
    verbose_name = "治理单元"
