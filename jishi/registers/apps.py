from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "jishi.registers"
    label = "registers"
    verbose_name = "人房户单位"
