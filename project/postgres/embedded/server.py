"""Starts and stops the server: `postgres` itself as our child, so that its end is seen and its pid can't be stale."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from project.postgres.embedded import binaries, identity, places, tuning
from project.postgres.embedded.errors import ServerError
from project.processes import dies_with_parent, is_zombie

START_SECONDS = 120.0  # crash recovery replays what the last run wrote
STOP_SECONDS = 60.0
HANDOVER_SECONDS = 30.0  # how long a server that goes down may hold the data folder
HELD_BY_ANOTHER = ('lock file "', "pre-existing shared memory block")  # by a server, or by sessions that outlive it
READY_LINE = 7  # of postmaster.pid, counted from zero
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class EmbeddedServer:
    """One server with its data below `folder`. Reached over a socket that only its user and root can open."""

    def __init__(
        self, folder: Path, *, bin_folder: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self._identity = identity.needed()
        self._places = places.choose(folder, self._identity)
        self._original_bin = bin_folder or binaries.find()
        self._version = binaries.major_version(self._original_bin)
        self._settings = {**tuning.settings(self._version), **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the data folder if there is none, start, wait until connections are taken.

        A server that is still going down after its parent was killed is waited for. Raises `ServerError`.
        """
        self._places.make(self._identity)
        bin_folder = binaries.usable_by(self._identity, self._original_bin, self._places.home)
        self._check_version()
        if not self._places.data.exists():
            self._make_data(bin_folder)
        deadline = time.monotonic() + START_SECONDS
        while not self._try_start(bin_folder, deadline):
            time.sleep(0.2)

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, what was committed is kept."""
        process, self._process = self._process, None
        if process is None:
            return
        for end_signal, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if process.poll() is None:
                process.send_signal(end_signal)
                _wait(process, patience)
        shutil.rmtree(self._places.socket, ignore_errors=True)

    def remove(self) -> None:
        """Stop and delete the data."""
        self.stop()
        self._places.remove()

    def url(self, database: str) -> str:
        """The address of a database, as DATABASE_URL takes it."""
        place = quote(str(self._places.socket), safe="")
        return f"postgresql://postgres@/{quote(database)}?host={place}&port=5432"  # whatever PGPORT says

    def ensure_database(self, name: str) -> str:
        """Create the database if there is none; returns its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.url(name)

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process else None

    def _check_version(self) -> None:
        file = self._places.data / "PG_VERSION"
        if file.exists() and (found := file.read_text().strip()) != str(self._version):
            raise ServerError(
                f"{self._places.root} holds data of PostgreSQL {found}, the binaries are {self._version}: "
                "move the folder away, or delete it."
            )

    def _make_data(self, bin_folder: Path) -> None:
        # under another name until it is complete, so that an interrupted initdb leaves nothing that looks usable
        unfinished = self._places.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self._identity:
            self._identity.own(unfinished)
        made = subprocess.run(  # noqa: S603
            [bin_folder / "initdb", "-D", unfinished, "-U", "postgres", "--encoding=UTF8", "--auth-local=trust",
             "--auth-host=scram-sha-256", *tuning.initdb_locale(self._version)],
            capture_output=True, text=True, check=False, **self._options(),
        )  # fmt: skip
        if made.returncode != 0:
            raise ServerError(f"initdb failed: {(made.stderr or made.stdout).strip()}")
        unfinished.rename(self._places.data)

    def _try_start(self, bin_folder: Path, deadline: float) -> bool:
        """Whether it is up; False to try again, when another server still holds the data folder."""
        self._disown_zombie()
        flags = [part for name, value in self._all_settings().items() for part in ("-c", f"{name}={value}")]
        with self._places.log.open("ab") as log:
            said_from = log.tell()
            self._process = subprocess.Popen(  # noqa: S603
                [bin_folder / "postgres", "-D", self._places.data, *flags],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGINT),  # noqa: PLW1509 - nothing else can ask for it after setuid
                **self._options(),
            )  # fmt: skip
        while self._process.poll() is None:
            if self._is_ready():
                return True
            if time.monotonic() > deadline:
                self.stop()
                raise ServerError(f"PostgreSQL was not ready after {START_SECONDS:.0f} s: see {self._places.log}.")
            time.sleep(0.01)
        self._process = None
        said = self._places.log.read_bytes()[said_from:].decode(errors="replace").strip()
        held = any(sign in said for sign in HELD_BY_ANOTHER)
        if held and time.monotonic() < deadline - START_SECONDS + HANDOVER_SECONDS:
            return False
        raise ServerError(f"PostgreSQL did not start: {said}")

    def _disown_zombie(self) -> None:
        """A killed postmaster that nobody has reaped still has a pid, which PostgreSQL takes for a running server.

        It overlooks its own parent's pid, and goes on to check that no orphan of the old server uses the memory.
        """
        for file in (self._places.data / "postmaster.pid", self._places.socket / ".s.PGSQL.5432.lock"):
            if not file.exists():
                continue
            first, _, rest = file.read_text().partition("\n")
            if is_zombie(int(first)):
                file.write_text(f"{os.getpid()}\n{rest}")

    def _is_ready(self) -> bool:
        try:
            lines = (self._places.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        ready = len(lines) > READY_LINE and lines[READY_LINE].strip() == "ready"
        return ready and self._process is not None and lines[0] == str(self._process.pid)

    def _all_settings(self) -> dict[str, str]:
        return {**self._settings, "unix_socket_directories": str(self._places.socket)}

    def _options(self) -> dict[str, Any]:
        user = self._identity.process_options if self._identity else {}
        return {"env": ENVIRONMENT, "cwd": "/", "umask": 0o077, **user}


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
