"""Twenty processes are killed in the middle of closes; the books are the same in the end."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_twenty_random_kills_leave_the_books_as_nobody_had_been_killed():
    """On a server of its own, since the postmaster is killed as well. The seed stands in the output."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.chaos", "--kills", "20"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=580, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert (figures["kills"], figures["different"]) == (20, 0), ran.stderr
    assert figures["committed"] + figures["aborted"] == figures["runs"]
