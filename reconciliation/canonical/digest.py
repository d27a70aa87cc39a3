"""One short text for a row: equal rows have equal digests, whichever side they are from."""

import hashlib
import struct
from collections.abc import Sequence


def digest(row: Sequence[bytes | None]) -> str:
    """16 hexadecimal digits of a row of canonical values. Lengths count, so values can't run into each other."""
    parts = [b"\xff\xff\xff\xff" if value is None else struct.pack(">i", len(value)) + value for value in row]
    return hashlib.blake2b(b"".join(parts), digest_size=8).hexdigest()
