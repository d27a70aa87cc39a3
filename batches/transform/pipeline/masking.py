"""What masks make of values. None of them can be undone, and none shows more than its description says."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Callable
from itertools import repeat
from typing import Any

from .frames import Column, One
from .texts import text_of

HIDDEN = "***"
PHONE_SHOWN, PHONE_HIDDEN = 4, 3  # digits
PSEUDONYM_BYTES = 16
_PLAIN_PHONE = PHONE_SHOWN + PHONE_HIDDEN
_NAMED = 3  # letters before the @ from which on the first and the last of them are shown


def email(value: Any) -> Any:
    """u***r@example.com; *** where there is no address in the text."""
    if value is None:
        return None
    local, _, domain = _text(value).rpartition("@")
    if not _is_domain(domain) or not local:
        return HIDDEN
    return f"{local[0]}{HIDDEN}{local[-1]}@{domain}" if len(local) >= _NAMED else f"{HIDDEN}@{domain}"


def emails(column: Column) -> Column:
    """The same of texts all at once; a domain is looked at once."""
    parts = list(map(str.rpartition, column, repeat("@")))
    domains = {domain for domain in {part[2] for part in parts} if _is_domain(domain)}
    return [
        f"{local[0]}{HIDDEN}{local[-1]}@{domain}" if domain in domains and len(local) >= _NAMED else email(value)
        for value, (local, _, domain) in zip(column, parts, strict=True)
    ]


def _text(value: Any) -> str:
    return "" if isinstance(value, dict | list) else text_of(value)


def _is_domain(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isalnum()


def phone(value: Any) -> Any:
    """***-0123."""
    if value is None:
        return None
    digits = [sign for sign in _text(value) if sign.isdecimal()]
    shown = min(PHONE_SHOWN, len(digits) - PHONE_HIDDEN)
    return f"{HIDDEN}-{''.join(digits[-shown:])}" if shown > 0 else HIDDEN


def phones(column: Column) -> Column:
    """The same of texts all at once: those with three digits in front and four at the end need no closer look."""
    return [
        f"{HIDDEN}-{value[-4:]}"
        if type(value) is str and len(value) >= _PLAIN_PHONE and value[:3].isdecimal() and value[-4:].isdecimal()
        else phone(value)
        for value in column
    ]


def partial(first: int, last: int, char: str) -> One:
    """A***z."""

    def mask(text: str) -> str:
        if 2 * (first + last) > len(text):
            return char * 3
        return f"{text[:first]}{char * 3}{text[len(text) - last :]}"

    return _masked(mask)


def last(keep: int, char: str) -> One:
    """************1234."""

    def mask(text: str) -> str:
        shown = keep if 2 * keep <= len(text) else 0
        return f"{char * (len(text) - shown)}{text[len(text) - shown :]}"

    return _masked(mask)


def hashed(salt: str) -> One:
    """SHA-256 of salt and text."""
    salted = hashlib.sha256(_bytes(salt))

    def mask(text: str) -> str:
        digest = salted.copy()
        digest.update(_bytes(text))
        return digest.hexdigest()

    return _masked(mask)


def pseudonym(secret: str, scope: str) -> One:
    """HMAC-SHA256 of scope and text, cut to 128 bits."""
    keyed = hmac.new(_bytes(secret), _bytes(f"{len(scope)} {scope} "), hashlib.sha256)

    def mask(text: str) -> str:
        digest = keyed.copy()
        digest.update(_bytes(text))
        return b32encode(digest.digest()[:PSEUDONYM_BYTES]).decode().rstrip("=").lower()

    return _masked(mask)


def redacted(text: str) -> One:
    """The same text for any value."""
    return lambda value: None if value is None else text


def _masked(mask: Callable[[str], str]) -> One:
    def convert(value: Any) -> Any:
        if value is None:
            return None
        return HIDDEN if isinstance(value, dict | list) else mask(text_of(value))

    return convert


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
