"""Only reads a Cassandra table: python -m benchmarks.comparing.scan, a process of its own.

Its stdin says in one line of JSON what to read; it says `ready` once it is connected, waits for a line, and tells the
seconds and the rows as JSON. Rows are decoded to Python's values by the driver, as whoever compares them would have it.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.comparing.cassandra_table import connected
from benchmarks.peers import said

PAGE = 5000  # the driver's default


def main() -> None:
    given: dict[str, Any] = json.loads(sys.stdin.readline())
    with connected(given["port"]) as session:
        statement = session.prepare(
            f"SELECT {', '.join(given['columns'])} FROM {given['table']} WHERE token(id) > ? AND token(id) <= ?"
        )
        statement.fetch_size = PAGE
        said.say("ready")
        sys.stdin.readline()
        began = time.monotonic()
        with ThreadPoolExecutor(given["at_once"]) as readers:
            rows = sum(readers.map(lambda ends: _read(session, statement, ends), given["ranges"]))
        said.say(json.dumps({"seconds": time.monotonic() - began, "rows": rows}))


def _read(session: Any, statement: Any, ends: list[int]) -> int:
    """Its rows, page by page, none kept."""
    return sum(1 for _ in session.execute(statement, ends))


if __name__ == "__main__":
    main()
