"""Installs the two tools that compare tables, each from its own registry, once for each set of versions."""

import re
import subprocess
from pathlib import Path

from benchmarks.peers.install import environment, once, run
from project.postgres.embedded import binaries

RELADIFF = ("reladiff==0.6.0", "psycopg2-binary==2.9.13")
COMPARATOR = "pg-comparator=2.3.2-3"
PERL = ("libdbi-perl", "libdbd-pg-perl")
ARCHIVE = (
    "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main"
)


def reladiff() -> Path:
    """The program, in an environment of its own."""
    return environment("reladiff", RELADIFF).with_name("reladiff")


def comparator() -> Path:
    """The folder with pg_comparator as Debian has it, pgcmp.so made for our server, and `perl` with its modules.

    Debian's own pgcmp.so is for its own server. Needs gcc, perl, and the headers of our server, which its wheel has.
    """
    headers = _headers()

    def make(to: Path) -> None:
        _source(to)
        run(["apt-get", "download", "-qq", *PERL], to)
        for package in to.glob("*.deb"):
            run(["dpkg-deb", "--extract", str(package), str(to / "perl")], to)
        run(["gcc", "-O2", "-fPIC", "-shared", f"-I{headers}", "-o", "pgcmp.so", "pgcmp.c"], to)

    return once("pg-comparator", (COMPARATOR, *PERL, headers), make)


def routines(library: Path) -> str:
    """pgcmp's SQL for a server that reads it from there; as CREATE EXTENSION it would have to be the server's own."""
    text = (comparator() / "pgcmp--3.1.sql").read_text(encoding="utf-8")
    return re.sub(r"(?m)^\\echo.*$", "", text).replace("MODULE_PATHNAME", str(library))


def perl_folders() -> list[Path]:
    """For PERL5LIB."""
    return [path.parent for path in (comparator() / "perl").glob("usr/lib/*/perl5/*/DBI.pm")]


def _source(to: Path) -> None:
    """What Debian made its package of; from a list of sources of our own, as few machines have one."""
    (to / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (to / "sources.list").write_text(f"{ARCHIVE}\n", encoding="utf-8")
    options: dict[str, object] = {
        "Dir::Etc::SourceList": to / "sources.list", "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": to / "lists", "Dir::Cache": to, "APT::Sandbox::User": "root",
    }  # fmt: skip
    apt = ["apt-get", *(f"-o{name}={value}" for name, value in options.items()), "-qq"]
    run([*apt, "update"], to)
    run([*apt, "source", "--tar-only", "--download-only", COMPARATOR], to)
    (tarball,) = to.glob("*.orig.tar.gz")
    run(["tar", "-xzf", str(tarball), "--strip-components=1"], to)


def _headers() -> str:
    config = [str(binaries.find() / "pg_config"), "--includedir-server"]
    return subprocess.run(config, capture_output=True, text=True, check=True).stdout.strip()
