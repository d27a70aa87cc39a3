"""The contract's own clients, curl lines and validation cases, word for word, against a running server.

`seed/` holds copies: around the two classes stands only what they leave out (imports, a type, the export).
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from project.access.roles import EVERYONE
from tests.distributed import nodejs
from tests.distributed.remote import secret_of
from workers.runtime import Runtime

SEED = Path(__file__).with_name("seed")
ADDRESS = "http://localhost:3000"  # in the seed's curl lines
CASES = 14


@pytest.fixture(params=["without a key", "with a key"])
def key(request, settings) -> str | None:
    """Both ways to run an installation."""
    settings.REQUIRE_API_KEY = request.param == "with a key"
    return secret_of("integrator", *EVERYONE) if settings.REQUIRE_API_KEY else None


@pytest.fixture(scope="module")
def scripts(tmp_path_factory) -> Path:
    return nodejs.transpiled(tmp_path_factory.mktemp("seed"), *sorted(SEED.glob("*.ts")))


@pytest.fixture
def engine(database: None) -> Iterator[Runtime]:
    runtime = Runtime(slots=2).start()
    yield runtime
    runtime.stop()


def test_the_fourteen_validation_cases_pass(server, scripts, key):
    said = nodejs.run(scripts / "validation.mjs", key=key, API_BASE_URL=server)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count("✓") == CASES
    assert f"Passed: {CASES}" in said.stdout


def test_without_headers_they_fail_where_a_key_is_needed(server, scripts):
    said = nodejs.run(scripts / "validation.mjs", API_BASE_URL=server)
    assert said.returncode == 1
    assert "✓" not in said.stdout.split("13.")[0]


def test_the_execution_client_polls_until_the_end(server, scripts, key, engine):
    jobs = [
        {"id": "job-1", "name": "First", "type": "noop", "dependsOn": [], "config": {}},
        {"id": "job-2", "name": "Second", "type": "noop", "dependsOn": ["job-1"], "config": {}},
    ]
    said = nodejs.run(scripts / "poll.mjs", json.dumps(jobs), key=key, API_BASE_URL=server)
    assert said.returncode == 0, said.stderr
    execution = json.loads(said.stdout)
    assert (execution["status"], execution["progress"]["completed"]) == ("completed", 2)


def test_the_curl_lines_are_answered(server, key):
    lines = (SEED / "curl.sh").read_text().replace(ADDRESS, server)
    header = f"curl() {{ command curl -sS -H 'Authorization: Bearer {key}' \"$@\"; echo; }}"
    plain = 'curl() { command curl -sS "$@"; echo; }'
    said = subprocess.run(
        ["bash", "-euc", f"{header if key else plain}\n{lines}"], capture_output=True, text=True, check=True, timeout=60
    )
    registered, started, status, health = (json.loads(line) for line in said.stdout.splitlines())
    assert (registered["success"], registered["workerId"]) == (True, "worker-1")
    assert (started["success"], started["status"], started["jobCount"]) == (True, "pending", 1)
    assert (status["success"], status["error"]) == (False, "NOT_FOUND")  # exec-123 is nobody's
    assert (health["success"], health["healthy"], health["workers"]["total"]) == (True, True, 1)
