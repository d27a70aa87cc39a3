"""Signatures of webhooks: who has the secret can tell that a message is ours, and when it was sent."""

import hashlib
import hmac


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`sha256=` and the HMAC-SHA256, in hexadecimal, of the Unix time, a full stop and the body as it is sent."""
    signed = str(timestamp).encode() + b"." + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
