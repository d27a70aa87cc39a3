"""Children that end with their parent, however it ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


def dies_with_parent(end_signal: signal.Signals, *, parent: int | None = None) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `end_signal` to the child when the thread that started it ends.

    Runs after the child changed its user, since that clears the request. A process may also call it for itself, with
    the parent it knows. Elsewhere than on Linux it does nothing.
    """
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    expected = os.getpid() if parent is None else parent

    def request() -> None:
        if library is None:
            return
        library.prctl(PR_SET_PDEATHSIG, int(end_signal), 0, 0, 0)
        if os.getppid() != expected:  # it ended before the request
            os._exit(1)

    return request


def is_zombie(pid: int) -> bool:
    """Whether the process has ended and only its entry is left, as in containers whose first process reaps nobody."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rpartition(") ")[2].startswith("Z")
