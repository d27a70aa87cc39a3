"""Work for Tutup from anywhere, over HTTP. Needs httpx and nothing else of the product; copy the package if you like.

    worker = RemoteWorker("https://tutup.example", "gpu-7", key=KEY, slots=2, capabilities=["gpu"])

    @worker.handler("example.train")
    def train(job: Job) -> dict[str, Any]:
        ...

    worker.run()  # until SIGTERM or SIGINT

How a handler ends decides what follows: it returns the job's output (JSON); `Permanent` fails the job for good,
`Stopped` gives it back uncounted, anything else is tried again after the job's backoff, up to its attempts.
"""

from workers.client.calls import Calls, Refusal
from workers.client.jobs import Job, Permanent, Stopped
from workers.client.worker import RemoteWorker

__all__ = ["Calls", "Job", "Permanent", "Refusal", "RemoteWorker", "Stopped"]
