"""What rooms have housekeeping do in each of its passes, beside the engine's own upkeep.

    @chore
    def forget_old(connection: Session) -> int: ...

A chore gets housekeeping's own session, in autocommit, and returns how many rows it removed. It is short, and leaves
the rest to the next pass.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.runtime.sessions import Session  # the runtime itself asks for the chores

Chore = Callable[["Session"], int]

_chores: dict[str, Chore] = {}


def chore(work: Chore) -> Chore:
    """Decorator: registers a chore."""
    _chores[f"{work.__module__}.{work.__qualname__}"] = work
    return work


def chores() -> list[Chore]:
    """All that this process knows, by their names."""
    return [work for _, work in sorted(_chores.items())]
