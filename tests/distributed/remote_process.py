"""A remote worker as a process of its own: `remote_process.py URL KEY WORKER_ID HEARTBEAT_SECONDS`.

Its jobs take `config.seconds` and note each start and end in the file `config.notes`.
"""

import sys
import time
from pathlib import Path
from typing import Any

from workers.client import Job, RemoteWorker


def main(url: str, key: str, worker_id: str, heartbeat_seconds: str) -> None:
    worker = RemoteWorker(url, worker_id, key=key, slots=2, heartbeat_seconds=float(heartbeat_seconds), wait_seconds=2)

    @worker.handler("remote")
    def remote(job: Job) -> dict[str, Any]:
        notes = Path(job.config["notes"])
        note(notes, f"begin {job.id} {worker_id}")
        end = time.monotonic() + float(job.config["seconds"])
        while time.monotonic() < end:
            job.stop_if_asked()
            time.sleep(0.02)
        note(notes, f"end {job.id} {worker_id}")
        return {"by": worker_id}

    worker.run()


def note(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(f"{line}\n")


main(*sys.argv[1:])
