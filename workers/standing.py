"""Schedules that come with the product: declared beside their handlers, made where they are missing.

    standing(Standing(name="a", workflow="a", jobs=({"id": "tidy", "type": "example.tidy"},), interval_seconds=60.0))

Their jobs may be of internal types. They are made once, when a process begins to lead the schedules; people may give
them other timing or disable them.
"""

from dataclasses import dataclass
from typing import Any

__all__ = ["Standing", "declared", "standing"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A schedule by interval. `jobs` are as the body of an execution has them."""

    name: str
    workflow: str
    jobs: tuple[dict[str, Any], ...]
    interval_seconds: float


_declared: dict[str, Standing] = {}


def standing(one: Standing) -> None:
    """Declares a schedule. Raises ValueError for a name that another one has."""
    if _declared.setdefault(one.name, one) != one:
        raise ValueError(f'There are two standing schedules "{one.name}".')


def declared() -> dict[str, Standing]:
    """All that this process knows, by name."""
    return dict(_declared)
