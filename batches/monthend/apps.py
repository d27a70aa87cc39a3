from django.apps import AppConfig


class MonthEndConfig(AppConfig):
    name = "batches.monthend"
    label = "monthend"
    verbose_name = "Month-end close"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from batches.monthend import jobs, measures  # noqa: F401  they register themselves
