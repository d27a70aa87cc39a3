"""Installs the peers, each from its own registry, into a folder of the user's cache: once for each set of versions."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tutup-benchmarks"

# graphile-worker 0.18 needs Node 22; this is the last release that runs on Debian's Node
NODE = ("bullmq@6.7.0", "ioredis@6.0.0", "pg@8.23.1", "graphile-worker@0.17.3")
PYTHON = ("pgqueuer==1.6.0", "asyncpg==0.32.0", "procrastinate==3.10.0", "psycopg[binary,pool]==3.3.9")
# the server, the program that it is a link to, and the two libraries that a Debian doesn't have anyway
REDIS = ("redis-server", "redis-tools", "libjemalloc2", "liblzf1")


def node_modules() -> Path:
    """The folder for NODE_PATH. Needs node and npm (Debian: nodejs, npm)."""
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    folder = once("node", NODE, lambda to: run(["npm", "install", *options, f"--prefix={to}", *NODE], to))
    return folder / "node_modules"


def python() -> Path:
    """The interpreter of the Python peers' own environment."""
    return environment("python", PYTHON)


def environment(name: str, packages: Sequence[str]) -> Path:
    """The interpreter of an environment with these packages alone."""

    def make(to: Path) -> None:
        run([sys.executable, "-m", "venv", str(to)], to)
        pip = [str(to / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        run([*pip, *packages], to)

    return once(name, packages, make) / "bin/python"


def redis() -> Path:
    """The folder that Debian's packages were unpacked in; needs no rights, and starts no service."""

    def make(to: Path) -> None:
        run(["apt-get", "download", "-qq", *REDIS], to)
        for package in to.glob("*.deb"):
            run(["dpkg-deb", "--extract", str(package), str(to)], to)

    return once("redis", REDIS, make)


def versions(packages: Collection[str]) -> list[str]:
    """Of these packages, what the figures are figures of; a Redis that can't be had is said to be so."""
    pinned = [one for one in (*NODE, *PYTHON) if re.split("[@=[]", one)[0] in packages]
    return [*pinned, *(_redis_version() if "redis-server" in packages else ())]


def _redis_version() -> list[str]:
    try:
        return sorted(path.stem for path in redis().glob("redis-server*.deb"))
    except RuntimeError as error:
        return [f"redis-server: {error}"]


def once(name: str, packages: Sequence[str], make: Callable[[Path], None]) -> Path:
    """A folder named after what is in it; one that was not finished is filled anew."""
    folder = CACHE / f"{name}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:10]}"
    finished = folder / ".finished"
    if not finished.exists():
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)
        finished.touch()
    return folder


def run(command: list[str], folder: Path) -> None:
    """Raises RuntimeError with what the command said."""
    try:
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as missing:
        raise RuntimeError(f"{missing.filename} is needed to install a peer; leave it out with --peers.") from missing
    if made.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {(made.stderr or made.stdout).strip()[-2000:]}")
