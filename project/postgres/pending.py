"""Which migrations the database still lacks."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrations() -> list[str]:
    """Names (`app.0001_initial`) of migrations that `manage.py migrate` would apply; empty when up to date."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
