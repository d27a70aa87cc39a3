"""A state's mark and tone. A state is always a word with a mark: colour never speaks alone."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

GOOD, BUSY, WARN, BAD, IDLE = "good", "busy", "warn", "bad", "idle"
MARKS = {GOOD: "✓", BUSY: "●", WARN: "!", BAD: "✕", IDLE: "○"}
OWN_MARKS = {
    "CANCELLED": "■",
    "DELAYED": "◷",
    "WAITING-CHILDREN": "⋯",
    "PAUSED": "‖",
    "DATA_MISMATCH": "≠",
    "MISSING_IN_POSTGRES": "⊖",
    "MISSING_IN_CASSANDRA": "⊕",
    "DIFFERENT": "≠",
    "SPLIT": "÷",
    "IGNORED": "·",
}

TONES: dict[str, str] = {
    # batches
    "PREPARING": BUSY,
    "READY": BUSY,
    "PROCESSING": BUSY,
    "VALIDATING": BUSY,
    "COMMITTED": GOOD,
    "DRY_RUN_COMPLETED": GOOD,
    "FAILED": BAD,
    "ABORTING": WARN,
    "ABORTED": IDLE,
    "REVERSED": IDLE,
    # workers of a batch, and of the engine
    "ASSIGNED": IDLE,
    "RUNNING": BUSY,
    "COMPLETED": GOOD,
    "STOPPED": IDLE,
    # workers of the engine
    "IDLE": IDLE,
    "BUSY": BUSY,
    "UNHEALTHY": BAD,
    # jobs and executions
    "WAITING-CHILDREN": IDLE,
    "WAITING": IDLE,
    "DELAYED": IDLE,
    "ACTIVE": BUSY,
    "CANCELLED": IDLE,
    "CANCELLING": WARN,
    "RETRIED": WARN,
    # queues and schedules
    "PAUSED": WARN,
    "ENABLED": GOOD,
    "DISABLED": IDLE,
    "OVER": IDLE,
    "REFUSED": BAD,
    # checks
    "PASS": GOOD,
    "PASSED": GOOD,
    "WARNING": WARN,
    "FAIL": BAD,
    "IN_PROGRESS": BUSY,
    "PENDING": IDLE,
    "PROCEED": GOOD,
    "DO_NOT_PROCEED": BAD,
    # periods
    "FUTURE": IDLE,
    "OPEN": GOOD,
    "CLOSING": BUSY,
    "CLOSED": IDLE,
    "LOCKED": IDLE,
    # reconciliation
    "DATA_MISMATCH": WARN,
    "MISSING_IN_POSTGRES": WARN,
    "MISSING_IN_CASSANDRA": WARN,
    "AUTO_RESOLVED": GOOD,
    "MANUAL_RESOLVED": GOOD,
    "IGNORED": IDLE,
    "EQUAL": GOOD,
    "DIFFERENT": WARN,
    "SPLIT": IDLE,
    "PARTIAL": WARN,
    "APPLIED": GOOD,
    "OK": GOOD,
    "CRITICAL": BAD,
    "DELIVERED": GOOD,
    # transform
    "QUEUED": IDLE,
    "DONE": GOOD,
    "IN USE": GOOD,
    "NOT IN USE": IDLE,
    "RESULT": GOOD,
    "FILTERED": IDLE,
    "ERROR": BAD,
    # models
    "WARM AT START": GOOD,
    "COLD AT START": IDLE,
    # keys
    "VALID": GOOD,
    "EXPIRES SOON": WARN,
    "EXPIRED": BAD,
    "REVOKED": IDLE,
}


def tone(state: str) -> str:
    """How a state is to be taken: good, busy, warn, bad or idle."""
    return TONES.get(state.upper(), IDLE)


def mark(state: str) -> str:
    """The sign that stands beside the word, or alone where there is no room for it."""
    return OWN_MARKS.get(state.upper(), MARKS[tone(state)])


def badge(state: str | None) -> SafeString | str:
    """A state as a word with its mark."""
    if not state:
        return "—"
    return format_html(
        '<span class="state {}"><i aria-hidden="true">{}</i>{}</span>',
        tone(state),
        mark(state),
        state.replace("_", " "),
    )
