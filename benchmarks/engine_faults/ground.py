"""What the faults happen to: a server, worker processes under their supervisor, and a superuser's session."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks.chaos_ground import is_alive, patiently, wait_until
from benchmarks.server import ROOT
from project.postgres.embedded import EmbeddedServer
from project.processes import dies_with_parent

PROCESSES, SLOTS = 3, 4
LEASE_SECONDS = 3.0
REFUSED = re.compile(
    r"(?:result refused|claim dropped).* claim=(\d+) job=(\d+)|these jobs count no longer.* jobs=\[([\d, ]+)\]"
)

TABLE = "CREATE TABLE chaos_effect (job_id bigint NOT NULL, fence bigint NOT NULL, at timestamptz DEFAULT now())"
APPLY = """
CREATE FUNCTION chaos_apply(p_fence bigint, p_job bigint) RETURNS void LANGUAGE sql AS $$
  SELECT workers.hold_lease(p_fence, p_job);
  INSERT INTO chaos_effect (job_id, fence) VALUES (p_job, p_fence);
  SELECT workers.save_checkpoint(p_fence, p_job, 'true');
$$"""


class Ground:
    """The session is made anew when it was killed, the workers by their supervisor."""

    def __init__(self, server: EmbeddedServer, log: Path) -> None:
        self.server = server
        self._log = log
        self._session: psycopg.Connection | None = None
        self.rows(TABLE)
        self.rows(APPLY)
        self._supervisor = self._start_workers()
        self.wait_for_workers()

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        """The rows of a query, however often the server must be asked again."""
        return patiently(lambda: self._ask(query, params), forget=self._hang_up)

    def value(self, query: str, *params: Any) -> Any:
        return self.rows(query, *params)[0][0]

    def _ask(self, query: str, params: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        if self._session is None:
            self._session = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, application_name="chaos")
        answer = self._session.execute(query, params or None)
        return answer.fetchall() if answer.description else []

    def _hang_up(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None

    def workers(self) -> list[psutil.Process]:
        """The worker processes that live now."""
        return [child for child in psutil.Process(self._supervisor.pid).children() if is_alive(child)]

    def wait_for_workers(self) -> None:
        """Until every worker process takes jobs again."""
        wait_until(
            lambda: self.value("SELECT count(*) FROM workers.live_workers() w WHERE w.has_session") >= PROCESSES,
            lambda: f"the workers don't come up: {self.said()[-3000:]}",
        )

    def restart_server(self, how: signal.Signals) -> None:
        """Ends the server by this signal, SIGKILL for a crash, and starts it again. From the main thread only."""
        self._hang_up()
        assert self.server.pid is not None
        process = psutil.Process(self.server.pid)
        process.send_signal(how)
        wait_until(lambda: not is_alive(process), lambda: "the server does not end")
        self.server.start()

    def said(self) -> str:
        """Everything that the workers have logged."""
        return self._log.read_text()

    def refused(self, since: int) -> list[tuple[int, int | None]]:
        """(job, claim) of the results and chunks that came too late, as the workers have logged after so many
        characters; a worker that learned of its loss before its handlers returned names no claim."""
        found: list[tuple[int, int | None]] = []
        for claim, job, jobs in REFUSED.findall(self.said()[since:]):
            found += [(int(one), None) for one in jobs.split(",")] if jobs else [(int(job), int(claim))]
        return found

    def wait_until_taken(self, fences: Iterable[int]) -> None:
        """Until these claims are no longer anybody's."""
        left = "SELECT count(*) FROM lease WHERE id = ANY (%s)"
        wanted = list(fences)
        wait_until(lambda: self.value(left, wanted) == 0, lambda: f"the claims {wanted} are never taken back")

    def _start_workers(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, str(ROOT / "manage.py"), "run_workers", f"--processes={PROCESSES}"]
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [*command, f"--slots={SLOTS}", f"--lease-seconds={LEASE_SECONDS}"],
                env={**os.environ, "JOB_MODULES": "benchmarks.engine_faults.jobs", "LOG_LEVEL": "INFO"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it must not outlive this script
            )  # fmt: skip

    def close(self) -> None:
        """Stop the workers."""
        self._hang_up()
        self._supervisor.terminate()
        try:
            self._supervisor.wait(40)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
