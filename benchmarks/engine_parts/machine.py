"""Where it was measured, and what was compared."""

import os
import platform
from typing import Any

from benchmarks.engine_parts.bench import Bench
from benchmarks.peers import install
from project.postgres import sql


def described(bench: Bench) -> dict[str, Any]:
    return {
        "postgres": sql.value("SHOW server_version"),
        "fsync": sql.value("SHOW fsync"),
        "synchronous_commit": sql.value("SHOW synchronous_commit"),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "peers": install.versions({package for peer in bench.peers for package in peer.packages}),
        "options": {name: value for name, value in vars(bench.options).items() if name != "peers"},
    }
