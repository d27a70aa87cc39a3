"""System checks: every misconfiguration that can be seen before it hurts, each with its mend.

Those that need the database run with `manage.py check --database default`, before `migrate` and `serve`, not at import.
"""

import sys
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

from project.api.errors import ApiError
from project.postgres import pending, routines, sql
from project.postgres.routines import Status

OLDEST_SERVER = 150000


@register()
def connections(**_: Any) -> list[CheckMessage]:
    """The pool refuses persistent connections, and only at the first query."""
    database = settings.DATABASES["default"]
    found: list[CheckMessage] = []
    if database["OPTIONS"].get("pool") and database["CONN_MAX_AGE"] != 0:
        found.append(
            Error(
                "CONN_MAX_AGE is set beside the pool.",
                hint="Set CONN_MAX_AGE to 0: the pool keeps connections.",
                id="tutup.E001",
            )
        )
    pool = database["OPTIONS"].get("pool") or {}
    if pool.get("min_size", 0) > pool.get("max_size", 1):
        found.append(
            Error("DATABASE_POOL_MIN is above DATABASE_POOL_MAX.", hint="Lower DATABASE_POOL_MIN.", id="tutup.E002")
        )
    if settings.ATOMIC_REQUESTS or database.get("ATOMIC_REQUESTS"):
        found.append(
            Error("ATOMIC_REQUESTS is on.", hint="Turn it off: each routine is one transaction.", id="tutup.E003")
        )
    return found


@register()
def production(**_: Any) -> list[CheckMessage]:
    """What only production needs."""
    if not settings.PRODUCTION:
        return []
    found: list[CheckMessage] = []
    if not settings.ALLOWED_HOSTS:
        found.append(
            Error(
                "ALLOWED_HOSTS is empty.",
                hint="Set ALLOWED_HOSTS to the names users type, comma-separated.",
                id="tutup.E004",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(
            Caution(
                "ALLOWED_HOSTS takes any name.",
                hint="Name the hosts, so that forged ones are refused.",
                id="tutup.W001",
            )
        )
    if len(settings.SECRET_KEY) < 32:
        found.append(Error("SECRET_KEY is short.", hint="Set SECRET_KEY to 50 random characters.", id="tutup.E005"))
    if not settings.REQUIRE_API_KEY:
        found.append(
            Caution(
                "REQUIRE_API_KEY is off: anyone who reaches the port may use the API.",
                hint="Leave it on unless the network is closed.",
                id="tutup.W002",
            )
        )
    return found


@register(Tags.database)
def database(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """The server's version, the migrations and the routines."""
    if "default" not in (databases or ()):
        return []
    try:
        return [*_server(), *_schema()]
    except ApiError as error:
        return [Error(error.message, hint="Check DATABASE_URL and that the server runs.", id="tutup.E010")]


def _server() -> list[CheckMessage]:
    version = int(sql.value("SHOW server_version_num"))
    if version >= OLDEST_SERVER:
        return []
    return [Error(f"PostgreSQL {version // 10000} is too old.", hint="Use PostgreSQL 15 or newer.", id="tutup.E011")]


def _schema() -> list[CheckMessage]:
    if "migrate" in sys.argv[1:2]:
        return []  # about to be mended
    lacking = pending.migrations()
    if lacking:
        return [
            Caution(
                f"{len(lacking)} migrations are not applied, first {lacking[0]}.",
                hint="Run manage.py migrate.",
                id="tutup.W010",
            )
        ]
    wrong = [f"{state.name} {state.status}" for state in routines.states() if state.status is not Status.INSTALLED]
    absent = routines.missing_event_triggers()
    found: list[CheckMessage] = []
    if wrong:
        text = f"Routines differ from the files of sql/: {', '.join(wrong)}."
        found.append(Caution(text, hint="Run manage.py routines install.", id="tutup.W011"))
    if absent:
        text = f"Event triggers that only a superuser can create are absent: {', '.join(absent)}."
        found.append(Caution(text, hint="Run manage.py routines install once as a superuser.", id="tutup.W012"))
    return found
