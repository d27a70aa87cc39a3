"""What `/ready` checks. Outward each check has a name and a result; the reason of a failure goes to the log."""

from collections.abc import Callable

import structlog

from project.postgres import pending, routines, sql
from project.postgres.routines import Status

OK = "ok"
FAILED = "failed"

log = structlog.get_logger("ready")


def run() -> dict[str, str]:
    """Each check's result. Without a database the others can't be asked, and fail as well."""
    return {name: _result(name, check) for name, check in _CHECKS.items()}


def _result(name: str, check: Callable[[], str]) -> str:
    try:
        reason = check()
    except Exception as error:  # noqa: BLE001 - a probe answers whatever happened
        reason = f"{type(error).__name__}: {error}"
    if reason:
        log.warning("not ready", check=name, reason=reason)
    return FAILED if reason else OK


def _database() -> str:
    sql.value("SELECT 1")
    return ""


def _migrations() -> str:
    lacking = pending.migrations()
    return f"{len(lacking)} are not applied, first {lacking[0]}; run manage.py migrate" if lacking else ""


def _routines() -> str:
    wrong = [f"{state.name} {state.status}" for state in routines.states() if state.status is not Status.INSTALLED]
    return f"{', '.join(wrong)}; run manage.py routines install" if wrong else ""


def _workers() -> str:
    from workers import queries  # here, since the engine imports this package

    return "" if queries.live_workers() else "no worker is alive; run manage.py run_workers"


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "routines": _routines,
    "workers": _workers,
}
