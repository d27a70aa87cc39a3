"""How much memory a program had at most, itself: what was forked from a large parent begins with the parent's."""

import re
import threading
from pathlib import Path

LOOK_SECONDS = 0.01


class Peak:
    """Looks at the high-water mark of a process until it is stopped or the process has ended."""

    def __init__(self, pid: int) -> None:
        self.megabytes = 0.0
        self._file = Path(f"/proc/{pid}/status")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self._look()

    def _look(self) -> None:
        # the first moments still show the parent's memory, so it isn't the most of all looks but the last that counts
        self.megabytes = read(self._file, "VmHWM") or self.megabytes


def resident(pid: int) -> float:
    """Megabytes that a process has now."""
    return read(Path(f"/proc/{pid}/status"), "VmRSS") or 0.0


def forget_peak(pid: int) -> None:
    """The high-water mark of a process begins anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def read(file: Path, name: str) -> float | None:
    """None for a process that has ended."""
    try:
        found = re.search(rf"{name}:\s+(\d+) kB", file.read_text())
    except OSError:
        return None
    return int(found[1]) / 1024 if found else None
