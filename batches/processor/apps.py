from django.apps import AppConfig


class ProcessorConfig(AppConfig):
    name = "batches.processor"
    label = "processor"
    verbose_name = "Batch processor"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from batches.processor import jobs, measures  # noqa: F401  they register themselves
