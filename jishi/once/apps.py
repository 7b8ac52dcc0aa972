from django.apps import AppConfig


class OnceConfig(AppConfig):
    name = "jishi.once"
    label = "once"
    verbose_name = "幂等"
