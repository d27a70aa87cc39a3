"""Turns DATABASE_URL into Django's connection settings."""

from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

FORM = "postgresql://user:password@host:5432/name"


def database_settings(url: str, *, pool: dict[str, Any], application_name: str) -> dict[str, Any]:
    """Django's DATABASES entry for a libpq address; further parameters of the address (sslmode, ...) are kept.

    The host may be a socket directory (`postgresql://postgres@/name?host=/run/postgresql`). Raises
    `ImproperlyConfigured` when libpq can't read the address or no database is named.
    """
    try:
        options: dict[str, Any] = dict(conninfo_to_dict(url))
    except psycopg.Error:
        # libpq's own text repeats parts of the address, among them the password
        raise ImproperlyConfigured(f"DATABASE_URL can't be read: write it as {FORM}.") from None
    if not options.get("dbname"):
        raise ImproperlyConfigured(f"DATABASE_URL names no database: write it as {FORM}.")
    parts = {key: str(options.pop(field, "")) for key, field in _FIELDS.items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **parts,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {"application_name": application_name, **options, "pool": pool},
    }


_FIELDS = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
