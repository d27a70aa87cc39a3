"""Lets threads that work side by side through one gate in a fixed order."""

import threading


class Broken(Exception):
    """Another thread failed before its turn was over, so no later turn comes."""


class Turnstile:
    """Turns 0, 1, 2, ...: whoever holds a number waits until every smaller one has passed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._next = 0
        self._broken = False

    def wait(self, number: int) -> None:
        """Block until it is this number's turn. Raises `Broken`."""
        with self._changed:
            self._changed.wait_for(lambda: self._broken or self._next == number)
            if self._broken:
                raise Broken

    def passed(self) -> None:
        """The turn is over, the next number may go."""
        with self._changed:
            self._next += 1
            self._changed.notify_all()

    def abandon(self) -> None:
        """No further turn comes: whoever waits is told so."""
        with self._changed:
            self._broken = True
            self._changed.notify_all()
