"""The examples of the distributed API: run in their order on a live server, with the answers that the page shows."""

import json
import re
import subprocess
from typing import Any

import pytest

from project.access.roles import EVERYONE
from tests.docs.pages import FENCE, ROOT, text

PAGE = ROOT / "docs" / "api" / "distributed.md"
END = "== end of example =="
# numbers that differ from run to run
VOLATILE = {"jobId", "claim", "uptime", "number"}


@pytest.fixture
def key(user_for):
    from project.access import keys

    return keys.create(name="docs", owner=user_for("batch_admin"), roles=sorted(EVERYONE)).secret


def examples() -> list[tuple[str, Any]]:
    """Each block of commands, with the answer that is shown right after it, or None."""
    found: list[tuple[str, Any]] = []
    for language, body in FENCE.findall(text(PAGE)):
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
    """With what differs from run to run made equal: digits in texts, ids of requests, some numbers."""
    if isinstance(document, dict):
        return {
            name: 0 if name in VOLATILE else plain(value) for name, value in document.items() if name != "request_id"
        }
    if isinstance(document, list):
        return [plain(item) for item in document]
    if isinstance(document, str):
        return re.sub(r"\d+", "0", document)
    return document


def test_the_examples_do_what_the_page_shows(server, key):
    blocks = examples()
    assert len(blocks) > 9
    outputs = run([commands for commands, _ in blocks], URL=server, KEY=key, PATH="/usr/bin:/bin")
    for (commands, shown), output in zip(blocks, outputs, strict=True):
        if shown is not None:
            assert plain(last_document(output)) == plain(shown), commands


def test_every_address_of_the_api_is_in_the_page():
    from workers.api.urls import urlpatterns

    page = text(PAGE)
    camel = re.compile(r"_(\w)")
    wanted = [
        "/api/distributed/"
        + re.sub(r"<\w+:(\w+)>", lambda place: f"{{{camel.sub(lambda at: at[1].upper(), place[1])}}}", str(one.pattern))
        for one in urlpatterns
    ]
    assert [path for path in wanted if not re.search(rf"(GET|POST|PATCH|DELETE) {re.escape(path)}`", page)] == []
