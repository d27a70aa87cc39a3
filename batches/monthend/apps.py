from django.apps import AppConfig


class MonthEndConfig(AppConfig):
    name = "batches.monthend"
    label = "monthend"
    verbose_name = "Month-end close"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import jobs  # noqa: F401  registers the handlers
