from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workers"
    label = "workers"
    verbose_name = "Engine"
    default_auto_field = "django.db.models.BigAutoField"
