from django.apps import AppConfig


class TransformConfig(AppConfig):
    name = "batches.transform"
    label = "transform"
    verbose_name = "Transform"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from batches.transform import chores, jobs, measures  # noqa: F401  they register themselves
