"""The benchmark runs from end to end on a small month; how fast it is, is not tested."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from benchmarks import figures

ROOT = Path(__file__).resolve().parents[2]
TRANSACTIONS = 5000


@pytest.fixture
def folder() -> Iterator[Path]:
    """Temporary files of a benchmark go here; short, since a socket's path has to be."""
    with tempfile.TemporaryDirectory(prefix="b-", dir="/tmp") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts the benchmark as a person does, with a server of its own whatever DATABASE_URL says."""
    with ExitStack() as started:

        def begin(*options: str) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.month_end", "--transactions", str(TRANSACTIONS), *options],
                cwd=ROOT,
                env={**os.environ, "TMPDIR": str(folder)},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            started.callback(process.communicate)
            started.callback(process.terminate)
            return process

        yield begin


def test_it_prints_one_line_of_figures_and_leaves_nothing_behind(folder, start):
    output, progress = start("--limit", "--peer").communicate(timeout=580)

    printed = json.loads(output)
    assert progress.splitlines()[0].startswith("5,000 transactions")
    assert printed["transactions"] == TRANSACTIONS
    assert all(
        printed[name] > 0
        for name in (
            *("seconds", "transactions_per_second", "initiate_seconds", "plan_seconds", "post_seconds"),
            *("prove_seconds", "commit_seconds", "commit_lock_seconds", "wal_bytes_per_entry", "bytes_per_entry"),
            *("status_p50_ms", "status_p99_ms", "journal_p99_ms", "cores", "ratio_to_limit", "ratio_to_peer"),
            "peer_per_second",
        )
    )
    assert len(printed["limit_seconds"]) == len(printed["worker_rss_mb"]) == 2
    assert printed["postgres"].startswith("18.")
    assert list(folder.iterdir()) == []


def test_what_was_not_asked_for_is_null():
    assert set(figures.against_peer(50.0, None).values()) == {None}
    assert figures.against_limit(2.0, [], None) == {
        "limit_seconds": [],
        "ratio_to_limit": None,
        "fastest_limit_seconds": None,
        "ratio_to_fastest_limit": None,
    }


def test_ratios_are_to_the_median_limit_its_fastest_form_and_the_rate_of_the_peer():
    limit = figures.against_limit(3.0, [0.5, 1.5], 0.5)

    assert (limit["ratio_to_limit"], limit["ratio_to_fastest_limit"]) == (3.0, 6.0)
    assert figures.against_peer(50.0, 10.0)["ratio_to_peer"] == 5.0


def test_ctrl_c_leaves_nothing_behind(folder, start):
    process = start()
    assert process.stderr is not None
    while not process.stderr.readline().startswith("workers"):
        assert process.poll() is None
    started = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=300)

    assert (process.returncode, output) == (130, "")
    assert list(folder.iterdir()) == []
    deadline = time.monotonic() + 60
    while [child for child in started if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
