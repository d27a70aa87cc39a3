"""A key as it is stored and named: the canonical bytes of its values, which both sides can fetch by."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from reconciliation.sources.protocol import Key

SEPARATOR = "/"


def to_json(key: Key) -> list[str]:
    """The canonical values in hexadecimal, in the mapping's order: exact, and any JSON takes them."""
    return [value.hex() for value in key]


def from_json(stored: Sequence[str]) -> Key:
    """The inverse of `to_json`."""
    return tuple(bytes.fromhex(value) for value in stored)


def fingerprint(mapping_id: int, key: Key) -> str:
    """The same for a key of a mapping over all jobs: SHA-256 of the mapping's id and the key, each with its length."""
    digest = sha256(b"%d" % mapping_id)
    for value in key:
        digest.update(b"|%d|" % len(value))
        digest.update(value)
    return digest.hexdigest()


def for_people(values: Iterable[object]) -> str:
    """A key's values as a side shows them, as one text."""
    return SEPARATOR.join(str(value) for value in values)
