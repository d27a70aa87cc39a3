"""Runs the peers' programs on two tables of the server, as their makers tell to, and reads which keys they name."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from benchmarks.comparing import install, tables
from benchmarks.comparing.memory import Peak
from project.postgres.embedded import EmbeddedServer

Line = Callable[[str], int | None]
NAMED = re.compile(r"(?:UPDATE|INSERT|DELETE) (\d+)")
WIDE = "100000"  # of the terminal that reladiff breaks its lines for


@dataclass(frozen=True)
class Run:
    """Seconds from the start of the program to its end, the most memory it had, the keys it named, what it said."""

    seconds: float
    megabytes: float
    keys: frozenset[int]
    said: str


@dataclass(frozen=True)
class Peer:
    """`command` for a table and its compared columns; `key` of a line that it prints."""

    name: str
    package: str
    command: Callable[[str, Sequence[str]], list[str]]
    environment: Callable[[], Mapping[str, str]]
    key: Line

    def compare(self, server: EmbeddedServer, table: str, columns: Sequence[str] = tables.COLUMNS) -> Run:
        """Raises RuntimeError when it fails; its exit code tells of differences with one peer and of nothing else."""
        address = conninfo_to_dict(server.url("postgres"))
        where = {"PGHOST": str(address["host"]), "PGPORT": str(address["port"]), "PGUSER": "postgres"}
        environment = {**os.environ, **where, **self.environment()}
        command = self.command(table, columns)  # installs it
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            began = time.monotonic()
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=errors)
            with Peak(process.pid) as peak:
                process.wait()
                seconds = time.monotonic() - began
            output.seek(0)
            errors.seek(0)
            said, complaint = output.read(), errors.read().strip()
        if process.returncode:
            raise RuntimeError(f"{self.name} ended with {process.returncode}: {(complaint or said)[-1500:]}")
        keys = frozenset(key for line in said.splitlines() if (key := self.key(line)) is not None)
        return Run(seconds, peak.megabytes, keys, complaint)


@contextmanager
def routines_in(server: EmbeddedServer, chosen: Sequence[Peer]) -> Iterator[None]:
    """pgcmp in both databases where a peer needs it, from a folder that the server's user can read."""
    if all(peer.package != install.COMPARATOR for peer in chosen):
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="tutup-pgcmp-"))
    try:
        folder.chmod(0o755)
        library = Path(shutil.copy(install.comparator() / "pgcmp.so", folder))
        library.chmod(0o755)
        for database in (tables.SOURCE, tables.TARGET):
            with tables.opened(server, database) as session:
                session.execute(install.routines(library).encode())
        yield
    finally:
        shutil.rmtree(folder)


def _comparator(function: str, *options: str) -> Peer:
    def command(table: str, columns: Sequence[str]) -> list[str]:
        program = str(install.comparator() / "pg_comparator")
        urls = [
            f"pgsql://postgres@/{database}/{table}?id:{','.join(columns)}"
            for database in (tables.SOURCE, tables.TARGET)
        ]
        return ["perl", program, f"--checksum-function={function}", *options, *urls]

    def environment() -> dict[str, str]:
        return {"PERL5LIB": os.pathsep.join(map(str, install.perl_folders()))}

    name = "_".join(("pg_comparator", function, *(option.partition("=")[2] for option in options)))
    return Peer(name, install.COMPARATOR, command, environment, _named)


def _reladiff(threads: int) -> Peer:
    def command(table: str, columns: Sequence[str]) -> list[str]:
        sides = [part for name in (tables.SOURCE, tables.TARGET) for part in (f"postgresql:///{name}", table)]
        chosen = [part for column in columns for part in ("-c", column)]
        return [str(install.reladiff()), *sides, "-k", "id", *chosen, "--json", "--skip-sort-results", f"-j{threads}"]

    return Peer(
        f"reladiff_{threads}", install.RELADIFF[0], command, lambda: {"COLUMNS": WIDE, "PYTHONHASHSEED": "0"}, _listed
    )


def _named(line: str) -> int | None:
    """Of a line such as UPDATE 17."""
    found = NAMED.match(line)
    return int(found[1]) if found else None


def _listed(line: str) -> int | None:
    """Of a line such as ["+", ["17", ...]]."""
    return int(json.loads(line)[1][0]) if line.startswith("[") else None


# the default that its manual calls fast, the one that was faster here, and the one that its manual says tells NULLs
PEERS = (_comparator("ck"), _comparator("fnv"), _comparator("ck", "--null=hash"), _reladiff(1), _reladiff(4))
FAST = tuple(peer for peer in PEERS if not peer.name.endswith("hash"))


def packages(names: Sequence[str]) -> list[str]:
    """Of the peers of these names, what the figures are figures of."""
    return sorted({peer.package for peer in PEERS if peer.name in names})
