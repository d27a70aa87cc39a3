"""Starts and stops the node: `java` itself as our child, so that its end is seen and its pid can't be stale."""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from project.cassandra import java, ports
from project.cassandra.errors import NodeError
from project.processes import dies_with_parent

START_SECONDS = 180.0
STOP_SECONDS = 60.0
TRIES = 3  # free ports can be taken before the node has them
PORT_TAKEN = ("Failed to bind port", "is in use by another process", "Address already in use")
PR_CAPBSET_DROP = 24
CAP_IPC_LOCK = 14


class CassandraNode:
    """One node with its data below `place`, on loopback ports of its own that it keeps over restarts.

    `heap` is Java's: 512m holds some 200,000 rows. With `passwords` everyone has to log in; the first role is
    cassandra, password cassandra. A `short_lived` one compiles less: it starts in two thirds of the CPU time, and would
    scan more slowly after a minute.
    """

    datacenter = "datacenter1"

    def __init__(self, place: Path, *, heap: str = "512m", passwords: bool = False, short_lived: bool = False) -> None:
        self._place = place.resolve()
        self._heap = heap
        self._passwords = passwords
        self._compiler = ["-XX:TieredStopAtLevel=1"] if short_lived else []
        self._ports: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def port(self) -> int:
        """Where it takes CQL, once it was started."""
        return self._ports[0]

    @property
    def address(self) -> str:
        """As a connection of reconciliation takes it."""
        return f"cassandra://{ports.HOST}:{self.port}/?local_dc={self.datacenter}"

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it on what data there is and wait until it answers CQL. Raises `NodeError`."""
        program, jars = java.java(), java.jars()
        self._place.mkdir(parents=True, exist_ok=True)
        self._hold()
        first = not self._ports
        for left in reversed(range(TRIES)):
            if first:
                self._ports = ports.free(2)
            said = self._try_start(program, jars)
            if said is None:
                return
            if not (first and left and any(sign in said for sign in PORT_TAKEN)):
                self._release()
                raise NodeError(f"Cassandra did not start: {said[-3000:]}")

    def stop(self) -> None:
        """End it in order: what is in memory is written."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would; nothing that it acknowledged is lost."""
        self._end(signal.SIGKILL)

    def remove(self) -> None:
        """Stop and delete the data."""
        self.kill()
        shutil.rmtree(self._place, ignore_errors=True)

    def _end(self, end_signal: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(end_signal)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._release()

    def _try_start(self, program: Path, jars: Path) -> str | None:
        """None when it is up; else what it said before it ended."""
        log_file = self._place / "node.log"
        with log_file.open("ab") as log:
            said_from = log.tell()
            self._process = subprocess.Popen(  # noqa: S603
                self._command(program, jars), cwd=self._place, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, pass_fds=[self._lock] if self._lock is not None else [],
                preexec_fn=_child_setup(),  # noqa: PLW1509 - nothing else can ask for it between fork and exec
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None:
            if ports.speaks_cql(self.port):
                return None
            if time.monotonic() > deadline:
                self.kill()
                raise NodeError(f"Cassandra was not ready after {START_SECONDS:.0f} s: see {log_file}.")
            time.sleep(0.05)
        self._process = None
        return log_file.read_bytes()[said_from:].decode(errors="replace").strip() or "it said nothing"

    def _command(self, program: Path, jars: Path) -> list[str]:
        agent = next(jars.glob("jamm-*.jar"))
        return [
            str(program), f"@{java.HERE / 'jvm.args'}", f"-javaagent:{agent}", *self._compiler,
            "-Xms128m", f"-Xmx{self._heap}", "-cp", f"{jars}/*",
            f"-Dcassandra.config={self._configuration().as_uri()}", f"-Dcassandra.storagedir={self._place / 'data'}",
            f"-Dlogback.configurationFile={(java.HERE / 'logback.xml').as_uri()}",
            f"-Dcassandra.native_transport_port={self._ports[0]}", f"-Dcassandra.storage_port={self._ports[1]}",
            "org.apache.cassandra.service.CassandraDaemon",
        ]  # fmt: skip

    def _configuration(self) -> Path:
        """The package's file, or a copy that asks for passwords."""
        given = java.HERE / "cassandra.yaml"
        if not self._passwords:
            return given
        copy = self._place / "cassandra.yaml"
        text = given.read_text(encoding="utf-8").replace("AllowAllAuthenticator", "PasswordAuthenticator")
        copy.write_text(text.replace("AllowAllAuthorizer", "CassandraAuthorizer"), encoding="utf-8")
        return copy

    def _hold(self) -> None:
        """Cassandra locks nothing: a second node on the same folder would start and ruin the data of both.

        The node inherits the lock and keeps it when this process ends before it.
        """
        if self._process is not None:
            raise NodeError(f"The node in {self._place} runs already.")
        self._lock = os.open(self._place / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._release()
            raise NodeError(f"Another node runs in {self._place}.") from None

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _child_setup() -> Callable[[], None]:
    """Between fork and exec: the node ends with us, and as root does not pin its whole heap in memory."""
    request = dies_with_parent(signal.SIGTERM)
    library = ctypes.CDLL(None) if sys.platform == "linux" and os.geteuid() == 0 else None

    def setup() -> None:
        if library is not None:
            library.prctl(PR_CAPBSET_DROP, CAP_IPC_LOCK, 0, 0, 0)
        request()

    return setup
