from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class WorkersConfig(AppConfig):
    name = "workers"
    label = "workers"
    verbose_name = "Engine"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from workers import jobs, measures  # noqa: F401  they register themselves

        for name in settings.JOB_MODULES:
            import_handlers(name)


def import_handlers(name: str) -> None:
    """Imports a module of JOB_MODULES; its handlers register themselves. Raises `ImproperlyConfigured`."""
    try:
        import_module(name)
    except ImportError as error:
        raise ImproperlyConfigured(f"JOB_MODULES: {name} can't be imported: {error}.") from error
