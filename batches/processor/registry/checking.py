"""Starts the process that looks into a file."""

import json
import subprocess
import sys
from typing import Any

from django.conf import settings

from batches.processor import errors
from batches.processor.runtimes.names import paths
from project.api.errors import InvalidRequest

SECONDS = 60.0


def signature(data: bytes, *, runtime: str, pad: bool) -> dict[str, Any]:
    """The inputs and outputs of a model. Raises `InvalidRequest` for a file that can't be loaded or run."""
    known = paths()
    if runtime not in known:
        raise InvalidRequest.field("runtime", f'there is no runtime "{runtime}", only {", ".join(known)}.')
    if not data:
        raise errors.invalid_model("is empty.")
    if len(data) > settings.MODEL_MAX_BYTES:
        raise errors.invalid_model(f"has {len(data):,} bytes; at most {settings.MODEL_MAX_BYTES:,} are taken.")
    command = [sys.executable, "-m", "batches.processor.registry.inspection", known[runtime], "pad" if pad else "exact"]
    try:
        done = subprocess.run(  # noqa: S603  this program itself
            command, input=data, capture_output=True, timeout=SECONDS, cwd=settings.BASE_DIR, check=False
        )
    except subprocess.TimeoutExpired:
        raise errors.invalid_model(f"could not be loaded within {SECONDS:g} s.") from None
    if done.returncode:
        raise errors.invalid_model(f"the runtime ended with code {done.returncode} while it loaded it.")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise errors.invalid_model(answer["error"])
    found: dict[str, Any] = answer["signature"]
    return found
