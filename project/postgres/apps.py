from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PostgresConfig(AppConfig):
    name = "project.postgres"
    label = "postgres"
    verbose_name = "PostgreSQL"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from project.postgres import checks  # noqa: F401  registers the system checks

        post_migrate.connect(install_routines, sender=self)


def install_routines(*, using: str, verbosity: int, **_: Any) -> None:
    """Installs the routines after `migrate`, once every migration is applied: triggers need their tables."""
    from project.postgres import installer, pending

    if using != "default" or pending.migrations():
        return
    changes = installer.install()
    if verbosity >= 1:
        print(f"  Routines: {len(changes.installed)} installed, {len(changes.dropped)} dropped.")  # noqa: T201
