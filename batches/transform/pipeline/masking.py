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
_PLAIN_PHONE = PHONE_SHOWN + PHONE_HIDDEN
PSEUDONYM_BYTES = 16
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
    domains: set[str] = set()
    made = []
    for value, (local, _, domain) in zip(column, map(str.rpartition, column, repeat("@")), strict=True):
        if domain in domains and len(local) >= _NAMED:
            made.append(f"{local[0]}{HIDDEN}{local[-1]}@{domain}")
            continue
        made.append(email(value))
        if _is_domain(domain):
            domains.add(domain)
    return made


def _text(value: Any) -> str:
    return "" if isinstance(value, dict | list) else text_of(value)


def _is_domain(text: str) -> bool:
    return text.replace(".", "").replace("-", "").isalnum()


def phone(value: Any) -> Any:
    """***-0123."""
    if value is None:
        return None
    text = _text(value)
    if len(text) >= _PLAIN_PHONE and text[:PHONE_HIDDEN].isdecimal() and text[-PHONE_SHOWN:].isdecimal():
        return f"{HIDDEN}-{text[-PHONE_SHOWN:]}"
    digits = [sign for sign in text if sign.isdecimal()]
    shown = min(PHONE_SHOWN, len(digits) - PHONE_HIDDEN)
    return f"{HIDDEN}-{''.join(digits[-shown:])}" if shown > 0 else HIDDEN


def phones(column: Column) -> Column:
    """The same of texts all at once: in those of one length the digits that count stand at the same places."""
    text, lengths = "".join(column), set(map(len, column))
    length = lengths.pop()
    counted = [*range(PHONE_HIDDEN), *range(length - PHONE_SHOWN, length)]
    if lengths or length < _PLAIN_PHONE or not all(text[at::length].isdecimal() for at in counted):
        return [phone(value) for value in column]
    return [f"{HIDDEN}-{value[-PHONE_SHOWN:]}" for value in column]


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
