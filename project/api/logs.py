"""Logs: one JSON object a line in production, readable lines in development; ours and every library's alike."""

import sys
from typing import Any

import structlog
import structlog.tracebacks
from structlog.typing import Processor


def configure(*, production: bool, level: str) -> dict[str, Any]:
    """Set structlog up and give Django's LOGGING. Everything goes to standard error."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": _json() if production else _readable(),
                "foreign_pre_chain": [structlog.stdlib.ExtraAdder(), *_shared()],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"level": level, "handlers": [], "propagate": True},
            # Django repeats each 4xx and 5xx as a warning; the request's own line has the status
            "django.request": {"level": "CRITICAL"},
            "django.server": {"level": level, "handlers": [], "propagate": True},
            "uvicorn.access": {"level": "CRITICAL"},
            # it logs every address that it calls, with the query
            "httpx": {"level": "WARNING"},
        },
    }


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _json() -> list[Processor]:
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        # without the values of variables: there are keys and amounts among them
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(default=str),
    ]


def _readable() -> list[Processor]:
    colors = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
