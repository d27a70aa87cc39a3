"""Where it was measured, and what was compared."""

import argparse
import os
import platform
from collections.abc import Sequence
from typing import Any

from project.postgres import sql


def described(options: argparse.Namespace, packages: Sequence[str]) -> dict[str, Any]:
    """`packages` of the peers, with their versions."""
    return {
        "postgres": sql.value("SHOW server_version"),
        "fsync": sql.value("SHOW fsync"),
        "synchronous_commit": sql.value("SHOW synchronous_commit"),
        "python": platform.python_version(),
        "cores": len(os.sched_getaffinity(0)),
        "peers": list(packages),
        "options": {name: value for name, value in vars(options).items() if name != "peers"},
    }
