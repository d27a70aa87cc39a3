"""What the chaos runs stand on: one server, one month of transactions, real worker processes, and the way back."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg
from django.db import Error, connections

from benchmarks.server import ROOT
from project.api.errors import NotReady
from project.postgres.embedded import EmbeddedServer
from project.processes import dies_with_parent

Answer = TypeVar("Answer")

MONTH = "2025-01"
PREMIUMS, CLAIMS = 45_000, 5_000
PATIENCE_SECONDS = 120.0
PROCESSES = 2

# What a run leaves behind, apart from the engine's history and the audit trail.
EMPTIED = "month_end_batch, period_balance, fund_total"
# Every column but surrogate keys: a sequence skips numbers when a transaction that drew one is lost.
DIGESTS = {
    "journal": "SELECT (e.entry_number, e.source_type, e.source_id, e.fund_id, e.posting_date, e.debit_account_id,"
    " e.credit_account_id, e.amount, m.batch_id)::text FROM journal_entry e JOIN month_end_batch m ON m.id = e.batch_id"
    " ORDER BY e.entry_number",
    "balances": "SELECT (b.period_id, b.account_id, b.fund_id, b.debit, b.credit, b.entries)::text"
    " FROM period_balance b ORDER BY b.period_id, b.account_id, b.fund_id",
    "fund totals": "SELECT (t.period_id, t.source_type, t.fund_id, t.entries, t.amount)::text"
    " FROM fund_total t ORDER BY t.period_id, t.source_type, t.fund_id",
    "certificate": "SELECT concat_ws(' ', c.number, c.body, c.digest, c.previous_digest) FROM month_end_certificate c",
    "counter": "SELECT c::text FROM entry_number_counter c",
}
LEAVES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE 'journal\\_entry\\_b%'"
OPEN_EXECUTIONS = "SELECT count(*) FROM execution WHERE completed_at IS NULL"


class Ground:
    """The server, the workers and a superuser's session; each is made anew when it was killed."""

    def __init__(self, server: EmbeddedServer, log: Path) -> None:
        self.server = server
        self.log = log
        self.workers = self._start_workers()
        self._session: psycopg.Connection | None = None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query, however often the server must be asked again."""
        return patiently(lambda: self._ask(query), forget=self._hang_up)

    def value(self, query: str) -> Any:
        return self.rows(query)[0][0]

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        if self._session is None:
            self._session = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, application_name="chaos")
            self._session.execute("SET session_replication_role = replica")  # the way back changes what is final
        answer = self._session.execute(query)
        return answer.fetchall() if answer.description else []

    def _hang_up(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None

    def put_back(self) -> None:
        """The month as it was before its first batch. The engine must have nothing left to do."""
        wait_until(lambda: self.value(OPEN_EXECUTIONS) == 0, lambda: "an execution of the batch never ends")
        for (leaf,) in self.rows(LEAVES):
            self.rows(f"DROP TABLE {leaf}")
        self.rows(f"TRUNCATE {EMPTIED} RESTART IDENTITY CASCADE")
        self.rows("UPDATE entry_number_counter SET next_number = 1")

    def fingerprint(self) -> dict[str, str]:
        """The SHA-256 of every row of the books, by table."""
        return {
            name: hashlib.sha256("\n".join(row[0] for row in self.rows(query)).encode()).hexdigest()
            for name, query in DIGESTS.items()
        }

    def leftovers(self) -> dict[str, int]:
        """What an aborted batch must not leave: rows by table, and leaves; nothing when it is clean."""
        found = {table: self.value(f"SELECT count(*) FROM {table}") for table in ("journal_entry", "period_balance",
                 "fund_total", "month_end_certificate")}  # fmt: skip
        found["leaves"] = len(self.rows(LEAVES))
        found["numbers"] = self.value("SELECT next_number - 1 FROM entry_number_counter")
        found["holders"] = self.value("SELECT count(*) FROM month_end_batch WHERE holds_ledger")
        return {name: count for name, count in found.items() if count}

    def worker_processes(self) -> list[psutil.Process]:
        """The children of run_workers that live now."""
        return [child for child in psutil.Process(self.workers.pid).children() if is_alive(child)]

    def server_processes(self) -> list[psutil.Process]:
        """The postmaster's children: backends, and the writers in the background."""
        return [child for child in psutil.Process(self.server.pid).children() if is_alive(child)]

    def restart_server(self) -> None:
        """The postmaster is gone; start it again. From the main thread only: the server ends with its starter."""
        self._hang_up()
        self.server.start()

    def _start_workers(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "manage.py"), "run_workers", f"--processes={PROCESSES}", "--slots=1"]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it must not outlive this script
            )  # fmt: skip

    def wait_for_workers(self) -> None:
        """Until every worker process takes jobs."""
        wait_until(
            lambda: self.value("SELECT coalesce(sum(slots), 0) FROM workers.live_workers()") == PROCESSES,
            lambda: f"the workers don't come up: {self.log.read_text()}",
        )

    def close(self) -> None:
        """Stop the workers."""
        self._hang_up()
        self.workers.terminate()
        try:
            self.workers.wait(30)
        except subprocess.TimeoutExpired:
            self.workers.kill()


def fill(seed: int) -> None:
    """A month of 50,000 transactions, ready to close."""
    from batches.ledger import sample
    from batches.ledger.models import AccountingPeriod
    from batches.ledger.services import prerequisites
    from batches.ledger.services.generate import generate

    sample.load()
    generate(month=MONTH, premiums=PREMIUMS, claims=CLAIMS, seed=seed)
    prerequisites.complete(period=AccountingPeriod.objects.get(code=MONTH), code=prerequisites.ALL, actor=None)


def is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def patiently(ask: Callable[[], Answer], *, forget: Callable[[], None] = lambda: None) -> Answer:
    """Ask until the server answers: it may be restarting, or the connection may have died with it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return ask()
        except (psycopg.OperationalError, psycopg.InterfaceError, Error, NotReady):
            if time.monotonic() > deadline:
                raise
            forget()
            connections.close_all()
            time.sleep(0.05)


def wait_until(condition: Callable[[], bool], complaint: Callable[[], str], *, every: float = 0.01) -> None:
    """Raises TimeoutError with the complaint when the condition does not come true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint())
        time.sleep(every)
