"""python -m project.postgres.embedded FOLDER [--bin BIN] -- COMMAND...: runs a command with DATABASE_URL on a server
of its own, and stops the server with it."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from project.postgres.embedded import EmbeddedServer


def main() -> int:
    """Returns the command's exit code."""
    parser = argparse.ArgumentParser(prog="python -m project.postgres.embedded", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the server keeps its data")
    parser.add_argument("--bin", type=Path, help="bin folder of another PostgreSQL, such as /usr/lib/postgresql/15/bin")
    parser.add_argument("--database", default="tutup", help="made if there is none")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    # turned into SystemExit, so that the server is stopped
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = EmbeddedServer(options.folder, bin_folder=options.bin)
    server.start()
    try:
        url = server.ensure_database(options.database)
        return subprocess.run(options.command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode  # noqa: S603
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
