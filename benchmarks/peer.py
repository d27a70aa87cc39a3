"""The peer: the design that the product replaces, measured on the same server.

Django workers post row by row: two Python processes, each with half of the transactions, read a thousand rows as model
instances, apply the rules in Python, write the entries with `bulk_create(batch_size=1000)`, mark the rows as posted and
save a checkpoint, a thousand transactions to a database transaction. Left out, in the peer's favour, are its message
broker, its validation and its balances, and the tables are empty at the start, so that every index fits in memory.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from project.postgres import sql
from project.processes import dies_with_parent

from .month import settle
from .server import ROOT

PROCESSES = 2
MOST_TRANSACTIONS = 200_000


def peer(transactions: int) -> float:
    """Transactions per second of both processes together, over at most 200,000 of the month's transactions.

    The time to start Python is not counted. Raises RuntimeError when an entry is missing.
    """
    from .peer_models import PeerBatch, PeerEntry, create_tables

    count = min(transactions, MOST_TRANSACTIONS)
    create_tables(count)
    PeerBatch.objects.create(name="2025-01-PEER")
    settle()
    seconds = _run(count)
    posted = PeerEntry.objects.count()
    expected = sql.value("SELECT count(*) FROM peer_transaction t WHERE t.posted") * 3
    if posted != expected or expected != 3 * count:
        raise RuntimeError(f"The peer posted {posted} entries instead of {3 * count}.")
    return count / seconds


def _run(count: int) -> float:
    cuts = [count * share // PROCESSES for share in range(PROCESSES + 1)]
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(i, cuts[i] + 1, cuts[i + 1])) for i in range(PROCESSES)]
        began = time.monotonic()
        for worker in workers:
            _tell(worker)
        codes = [worker.wait() for worker in workers]
        seconds = time.monotonic() - began
    if any(codes):
        raise RuntimeError(f"Peer workers ended with {codes}; what they said stands above.")
    return seconds


@contextmanager
def _worker(number: int, first: int, last: int) -> Iterator[subprocess.Popen[str]]:
    """A process that has said that it is ready; ended if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.peer_worker", str(number), str(first), str(last)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it must not outlive the benchmark
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"Peer worker {number} did not start; what it said stands above.")
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _tell(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()
