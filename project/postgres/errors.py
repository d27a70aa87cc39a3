"""The one table that turns an error of the database into an error of the product.

Routines raise `ERRCODE = 'TU...'` with a MESSAGE that is safe for the user and, where useful, a JSON object as DETAIL.
Ranges: TU0xx engine, TU1xx month-end, TU2xx ledger, TU3xx access, TU4xx batch processor,
TU5xx transform.
"""

import json
from typing import Any

import psycopg

from project.api.errors import ApiError, Conflict, ErrorCode, InvalidRequest, NotFound, NotReady, TooManyRequests


class StaleClaim(Conflict):
    """The lease behind a claim is gone: whoever holds the claim must drop it, another worker has the job."""


# SQLSTATE of our own class -> (exception, code)
RAISED: dict[str, tuple[type[ApiError], ErrorCode]] = {
    "TU001": (StaleClaim, ErrorCode.STALE_CLAIM),
    "TU002": (NotFound, ErrorCode.WORKER_NOT_REGISTERED),
    "TU010": (InvalidRequest, ErrorCode.NO_JOBS),
    "TU011": (InvalidRequest, ErrorCode.DUPLICATE_JOB),
    "TU012": (InvalidRequest, ErrorCode.UNKNOWN_DEPENDENCY),
    "TU013": (InvalidRequest, ErrorCode.DEPENDENCY_CYCLE),
    "TU014": (InvalidRequest, ErrorCode.DUPLICATE_DEPENDENCY),
    "TU015": (InvalidRequest, ErrorCode.INVALID_OPTION),
    "TU016": (NotFound, ErrorCode.NOT_FOUND),
    "TU017": (InvalidRequest, ErrorCode.TOO_MANY_JOBS),
    "TU018": (Conflict, ErrorCode.IDEMPOTENCY_KEY_REUSED),
    "TU019": (Conflict, ErrorCode.EXECUTION_NOT_ENDED),
    "TU020": (Conflict, ErrorCode.NOTHING_TO_RETRY),
    "TU021": (Conflict, ErrorCode.PARENT_NOT_COMPLETED),
    "TU302": (Conflict, ErrorCode.AUDIT_IS_APPEND_ONLY),
    "TU102": (Conflict, ErrorCode.SOURCE_CHANGED),
    "TU103": (Conflict, ErrorCode.ILLEGAL_TRANSITION),
    "TU105": (Conflict, ErrorCode.NOT_PROVED),
    "TU106": (Conflict, ErrorCode.CERTIFICATE_IS_FINAL),
    "TU201": (Conflict, ErrorCode.JOURNAL_IS_APPEND_ONLY),
    "TU202": (Conflict, ErrorCode.PERIOD_NOT_OPEN),
    "TU203": (Conflict, ErrorCode.ILLEGAL_TRANSITION),
    "TU204": (Conflict, ErrorCode.ATTACH_REFUSED),
    "TU205": (Conflict, ErrorCode.IMPORT_FAILED),
    "TU401": (TooManyRequests, ErrorCode.QUEUE_FULL),
    "TU501": (Conflict, ErrorCode.CONFLICT),
    "TU301": (TooManyRequests, ErrorCode.RATE_LIMIT_EXCEEDED),
}

# Constraint -> (exception, code, message). For rules where the constraint itself is what decides a race.
CONSTRAINTS: dict[str, tuple[type[ApiError], ErrorCode, str]] = {
    "month_end_one_batch_at_a_time": (
        Conflict,
        ErrorCode.BATCH_RUNNING,
        "Another batch holds the ledger; wait for its end, resume it or abort it.",
    ),
    "inference_batch_batch_id_key": (
        Conflict,
        ErrorCode.BATCH_EXISTS,
        "There is a batch of this batch_id already. Leave batch_id out, or choose another one.",
    ),
    "pipeline_name_key": (
        Conflict,
        ErrorCode.CONFLICT,
        "There is a pipeline of this name already. Add a version to it.",
    ),
    "schedule_name_key": (Conflict, ErrorCode.CONFLICT, "There is a schedule of this name already. Change that one."),
}

LOCK_TIMEOUT = "55P03"
RETRY_AFTER = "1"  # second

# Conditions of the server that pass by themselves. A full SQLSTATE or its class.
PASSING: dict[str, str] = {
    "08": "The database can't be reached.",
    "25006": "The database takes no changes while another one takes over.",
    "25P03": "The transaction waited too long for its next statement.",
    "25P04": "The transaction took too long.",
    "40": "The transaction collided with another one.",
    "53": "The database has no resources left.",
    LOCK_TIMEOUT: "Another transaction holds a lock that this one needs.",
    "57014": "The statement took too long, or somebody ended it.",
    "57P": "The database is restarting.",
    "58": "The database's disk or system fails.",
}


def api_error(error: BaseException) -> ApiError | None:
    """The product's error behind a database error, looked up by SQLSTATE and constraint name; None when there is none.

    Takes psycopg's exceptions and Django's wrappers around them. The server's own text is never shown, save for the
    MESSAGE of our own class.
    """
    cause = database_error(error)
    if cause is None:
        return None
    state = cause.sqlstate or ""
    if state in RAISED:
        kind, code = RAISED[state]
        return kind(cause.diag.message_primary or code.value, code=code, details=_details(cause))
    if cause.diag.constraint_name in CONSTRAINTS:
        kind, code, message = CONSTRAINTS[cause.diag.constraint_name]
        return kind(message, code=code)
    passing = _passing(cause)
    if passing is None:
        return None
    message = f"{passing} Try again in a moment."
    return NotReady(message, code=ErrorCode.DATABASE_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER})


def passes(error: BaseException | None) -> bool:
    """Whether a condition of the server is behind it that passes by itself, so that the same may succeed in a while.

    Takes psycopg's exceptions, Django's wrappers around them and our own raised from them.
    """
    cause = database_error(error)
    return cause is not None and _passing(cause) is not None


def database_error(error: BaseException | None) -> psycopg.Error | None:
    """The psycopg error in a chain of causes, or None."""
    while error is not None and not isinstance(error, psycopg.Error):
        error = error.__cause__
    return error


def sqlstate(error: BaseException | None) -> str:
    """The SQLSTATE at the bottom of a chain of causes; empty when the database has nothing to do with it."""
    cause = database_error(error)
    return (cause.sqlstate or "") if cause else ""


def _passing(cause: psycopg.Error) -> str | None:
    state = cause.sqlstate
    if state is None:  # of a connection that broke or never came up
        return PASSING["08"] if isinstance(cause, psycopg.OperationalError) else None
    return next((text for key, text in PASSING.items() if state.startswith(key)), None)


def _details(cause: psycopg.Error) -> dict[str, Any] | None:
    text = cause.diag.message_detail
    return json.loads(text) if text else None
