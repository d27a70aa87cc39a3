from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "project.access"
    label = "access"
    verbose_name = "Access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from project.access import checks  # noqa: F401 - registers them

        post_migrate.connect(_seed_keys, sender=self)


def _seed_keys(**_: Any) -> None:
    from project.access import keys
    from project.access.models import ApiKey
    from project.postgres import sql

    if sql.value("SELECT to_regclass(%s)", [ApiKey._meta.db_table]):
        keys.seed_from_environment()
