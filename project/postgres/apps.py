from django.apps import AppConfig


class PostgresConfig(AppConfig):
    name = "project.postgres"
    label = "postgres"
    verbose_name = "PostgreSQL"
    default_auto_field = "django.db.models.BigAutoField"
