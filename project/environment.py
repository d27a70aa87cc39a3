"""The one reader of environment variables: typed, strict, and naming the variable when a value is wrong."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Number = TypeVar("Number", int, float)

FLAGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


class Environment:
    """Reads settings by name from `source`, or from the file that NAME_FILE names (secrets of container platforms).

    An absent or empty variable gives the default. Anything that can't be read raises `ImproperlyConfigured` with the
    variable and what it takes; the value itself is never repeated, it may be a secret.
    """

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._source = os.environ if source is None else source

    def text(self, name: str, default: str = "") -> str:
        """The variable as text without surrounding blanks."""
        value = self._source.get(name, "").strip()
        path = self._source.get(f"{name}_FILE", "").strip()
        if value and path:
            message = f"{name} and {name}_FILE are both set: keep one of them."
            raise ImproperlyConfigured(message)
        return (_file_text(name, path) if path else value) or default

    def flag(self, name: str, default: bool) -> bool:
        """A yes or no: true, 1, yes, on, false, 0, no, off, in any case."""
        text = self.text(name)
        if not text:
            return default
        if text.lower() not in FLAGS:
            raise ImproperlyConfigured(f"{name} must be true or false.")
        return FLAGS[text.lower()]

    def integer(self, name: str, default: int, *, minimum: int | None = None, maximum: int | None = None) -> int:
        """A whole number within the bounds, both inclusive."""
        text = self.text(name)
        try:
            number = int(text) if text else default
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a whole number{_bounds(minimum, maximum)}.") from None
        return _within(name, number, minimum, maximum)

    def number(self, name: str, default: float, *, minimum: float | None = None, maximum: float | None = None) -> float:
        """A decimal number within the bounds, both inclusive."""
        text = self.text(name)
        try:
            number = float(text) if text else default
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a number{_bounds(minimum, maximum)}.") from None
        return _within(name, number, minimum, maximum)

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of the allowed words, exactly as they are written."""
        text = self.text(name, default)
        if text not in allowed:
            raise ImproperlyConfigured(f"{name} must be one of: {', '.join(sorted(allowed))}.")
        return text

    def items(self, name: str, default: Collection[str] = ()) -> list[str]:
        """A comma-separated list; blanks around an item and empty items are dropped."""
        text = self.text(name)
        return [item.strip() for item in text.split(",") if item.strip()] if text else list(default)


def _file_text(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE: {path} can't be read as text ({type(error).__name__}).") from error


def _bounds(minimum: float | None, maximum: float | None) -> str:
    if minimum is not None and maximum is not None:
        return f" from {minimum} to {maximum}"
    if minimum is not None:
        return f", at least {minimum}"
    return f", at most {maximum}" if maximum is not None else ""


def _within(name: str, number: Number, minimum: Number | None, maximum: Number | None) -> Number:
    # `not >=` also refuses nan, which compares false with everything
    if (minimum is not None and not number >= minimum) or (maximum is not None and not number <= maximum):
        raise ImproperlyConfigured(f"{name} must be a number{_bounds(minimum, maximum)}.")
    return number
