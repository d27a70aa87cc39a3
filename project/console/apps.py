from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ConsoleConfig(AppConfig):
    name = "project.console"
    label = "console"
    verbose_name = "Console"
    default_auto_field = "django.db.models.BigAutoField"
    default = True


class SiteConfig(admin_apps.AdminConfig):
    """Django's admin, with the console as its site."""

    default = False
    default_site = "project.console.site.ConsoleSite"
