from django.apps import AppConfig


class TransformConfig(AppConfig):
    name = "batches.transform"
    label = "transform"
    verbose_name = "Transform"
    default_auto_field = "django.db.models.BigAutoField"
