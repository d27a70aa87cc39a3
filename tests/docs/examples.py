"""Runs the commands of a page in their order, and compares answers with those that it shows."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.docs.pages import FENCE, text

END = "== end of example =="
# what differs from run to run, or from server to server
VOLATILE = {
    *("jobId", "claim", "uptime", "number", "duration_seconds", "webhook_id", "method", "duration", "batch_id"),
    *("processing_time_ms", "total_processing_time_ms", "average_per_request_ms", "queue_position"),
}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SECRET = re.compile(r"whsec_[\w-]+|\b[0-9a-f]{16,}\b")


def examples(page: Path) -> list[tuple[str, Any]]:
    """Each block of commands, with the answer that is shown right after it, or None."""
    found: list[tuple[str, Any]] = []
    for language, body in FENCE.findall(text(page)):
        if language == "bash":
            found.append((body, None))
        elif language == "json":
            commands, _ = found.pop()
            found.append((commands, json.loads(body)))
    return found


def run(commands: list[str], **environment: str) -> list[str]:
    """What each block printed. All run in one shell, so that they share variables."""
    script = "set -euo pipefail\n" + "".join(f"{block}\nprintf '\\n%s\\n' '{END}'\n" for block in commands)
    ran = subprocess.run(
        ["bash", "-c", script], check=False, env=environment, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split(END)[:-1]


def last_document(output: str) -> Any:
    """The last JSON document of an output."""
    decoder, place, found = json.JSONDecoder(), 0, None
    while place < len(output.rstrip()):
        found, place = decoder.raw_decode(output, place + len(output[place:]) - len(output[place:].lstrip()))
    return found


def plain(document: Any) -> Any:
    """With what differs from run to run made equal: digits in texts, ids of requests, some numbers.

    Fractions are equal to four digits: the last ones of a model's output are the processor's.
    """
    if isinstance(document, dict):
        return {
            name: 0 if name in VOLATILE else plain(value) for name, value in document.items() if name != "request_id"
        }
    if isinstance(document, list):
        return [plain(item) for item in document]
    if isinstance(document, float):
        return round(document, 4)
    if isinstance(document, str):
        return re.sub(r"\d+", "0", SECRET.sub("secret", UUID.sub("id", document)))
    return document
