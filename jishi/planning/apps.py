from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "jishi.planning"
    label = "planning"
    verbose_name = "网格划分"
