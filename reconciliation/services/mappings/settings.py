"""What a mapping says besides its columns, and which values it may have."""

import math
from typing import Any, TypedDict

from django.utils import timezone

from project.api.errors import InvalidRequest
from reconciliation.comparing.quiet import QuietHours
from reconciliation.models import Mapping
from reconciliation.states import Strategy

MINUTES_OF_A_YEAR = 525_600


class Settings(TypedDict, total=False):
    """All of a mapping but its name. Connections are given by name.

    `columns` as in the model, `type` may be left out: it follows from both tables. Left out altogether they are
    proposed. `key` is the source columns that identify a row; left out it is the source's primary key.
    """

    source_connection: str
    source_schema: str
    source_table: str
    target_connection: str
    target_schema: str
    target_table: str
    columns: list[dict[str, Any]]
    key: list[str]
    timestamp_column: str
    token_column: str
    enabled: bool
    interval_minutes: int | None
    strategy: str
    warning_percent: float | None
    critical_percent: float | None
    lag_seconds: float
    chunk_seconds: float
    rows_per_second: int | None
    quiet_hours: list[dict[str, Any]]
    deletes_allowed: bool


PLACES = ("source_schema", "source_table", "target_schema", "target_table")
RUNNING: dict[str, Any] = {
    "enabled": True,
    "interval_minutes": None,
    "strategy": str(Strategy.CHECKSUM),
    "warning_percent": None,
    "critical_percent": None,
    "lag_seconds": 5.0,
    "chunk_seconds": 0.5,
    "rows_per_second": None,
    "quiet_hours": [],
    "deletes_allowed": False,
}
"""How it is run, with the defaults. None of these changes what is compared."""

NUMBERS: dict[str, tuple[float, float]] = {
    "interval_minutes": (1, MINUTES_OF_A_YEAR),
    "warning_percent": (0, 100),
    "critical_percent": (0, 100),
    "lag_seconds": (0, 3600),
    "chunk_seconds": (0.01, 60),
    "rows_per_second": (1, 2**31 - 1),
}
"""Least and most, both allowed."""


def check(mapping: Mapping) -> None:
    """Raises `InvalidRequest` naming the first setting that can't be."""
    for field, (least, most) in NUMBERS.items():
        value = getattr(mapping, field)
        if value is not None and not (math.isfinite(value) and least <= value <= most):
            raise InvalidRequest.field(field, f"Give a number from {least:,} to {most:,}.")
    QuietHours.of(mapping.quiet_hours).check(timezone.now())
    if mapping.strategy not in Strategy:
        raise InvalidRequest.field("strategy", f"{mapping.strategy!r} is none of {', '.join(Strategy)}.")
    if mapping.strategy == Strategy.TIMESTAMP_RANGE and not mapping.timestamp_column:
        raise InvalidRequest.field("timestamp_column", "TIMESTAMP_RANGE needs the target's column of the last write.")
    warning, critical = mapping.warning_percent, mapping.critical_percent
    if warning is not None and critical is not None and warning > critical:
        raise InvalidRequest.field("warning_percent", "It is above critical_percent.")
