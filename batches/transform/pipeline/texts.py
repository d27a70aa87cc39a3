"""Casts to booleans and texts; trim, case, regular expressions, lookup."""

from collections.abc import Callable, Mapping
from typing import Any

import re2

from .deadline import require_time
from .frames import One
from .limits import LONGEST_TEXT
from .refusals import Unfit

BOOLEAN = "Invalid boolean format"
STRING = "Objects and lists are no text"
TOO_LONG = f"Text is longer than {LONGEST_TEXT} characters"
UNREADABLE = "Text has half of a surrogate pair"
UNSTORABLE = "NUL and half of a surrogate pair can't stand"
NOT_LISTED = "Not in the table"

_BOOLEANS: dict[Any, bool] = {
    "true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False,
}  # fmt: skip


def boolean(value: Any) -> Any:
    """True or false, also of the usual words and of 1 and 0."""
    if value is None or type(value) is bool:
        return value
    known = text_of(value).strip().lower() if type(value) in {str, int} else ""
    if known not in _BOOLEANS:
        raise Unfit(BOOLEAN)
    return _BOOLEANS[known]


def string(value: Any) -> Any:
    """The text of a scalar."""
    return None if value is None else text_of(value)


def text_of(value: Any) -> str:
    """A scalar as JSON writes it, without quotes."""
    if type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) in {int, float}:
        try:
            return repr(value)
        except ValueError:  # an integer of thousands of digits
            raise Unfit(TOO_LONG) from None
    raise Unfit(STRING)


def on_texts(convert: Callable[[str], str]) -> One:
    """A change of texts that leaves all else alone."""
    return lambda value: convert(value) if type(value) is str else value


def regex_replace(pattern: str, replacement: str, ignore_case: bool) -> One:
    """Replace what matches.

    A search takes no longer than the text is long, whatever the pattern; but the text is searched again after each
    match, and a pattern that looks to its end each time makes that the square of its length: the deadline ends it.
    """
    compiled = compile_pattern(pattern, ignore_case)
    template = replacement.encode("ascii", "backslashreplace").decode()  # `expand` reads other letters as Latin-1

    def replaced(match: Any) -> str:
        require_time()
        found: str = match.expand(template)
        return found

    def convert(text: str) -> str:
        if len(text) > LONGEST_TEXT:
            raise Unfit(TOO_LONG)
        try:
            made: str = compiled.sub(replaced, text)
        except UnicodeEncodeError:
            raise Unfit(UNREADABLE) from None
        if len(made) > LONGEST_TEXT:
            raise Unfit(TOO_LONG)
        return made

    return on_texts(convert)


def compile_pattern(pattern: str, ignore_case: bool) -> Any:
    """Raises `re2.error` with what is wrong; nothing is logged."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not ignore_case
    return re2.compile(pattern, options)


def lookup(table: Mapping[str, Any], default: Any, has_default: bool) -> One:
    """What the table has for a value; numbers and booleans are looked up as JSON writes them."""

    def convert(value: Any) -> Any:
        if value is None:
            return default if has_default else None
        key = text_of(value)
        if key in table:
            return table[key]
        if has_default:
            return default
        raise Unfit(NOT_LISTED)

    return convert
