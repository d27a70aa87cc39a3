"""What a caller asks to have transformed."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from batches.transform.models import PipelineVersion
from batches.transform.states import OnError

MOST_ITEMS = 10_000
BATCH_SIZE = 100
AT_ONCE = 5  # batches of one caller


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Items, how to go about them, and who sent them. `owner` is the name by which limits count."""

    items: list[Any]
    version: PipelineVersion
    owner: str
    actor: User | None = None
    batch_size: int = BATCH_SIZE
    parallel: bool = True
    on_error: OnError = OnError.FAIL
    idempotency_key: str | None = None
    digest: bytes | None = None


def digest(document: Any) -> bytes:
    """What tells a request from another one: SHA-256 of its body, however it was spaced and ordered."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).digest()
