"""What a claim costs when work lies in many lanes, by how many it has to choose from.

One worker serves a queue with one lane, another the lanes of many queues, types and priorities. In turn each completes
ten jobs and claims the next ten, over and over; `*_us` is the median time of such a poll as its client sees it.
"""

import itertools
import time
from statistics import median
from typing import Any

import psycopg
from psycopg.rows import dict_row

from benchmarks.engine_parts.bench import Bench
from benchmarks.peers import said
from workers import claims
from workers.models import Execution
from workers.services import cancel, submit_many

LANES_A_QUEUE = 20
PRIORITIES = ("urgent", "high", "normal", "low")
JOBS_A_LANE = 100
SLOTS = 10
TURNS, POLLS = 20, 25
JOBS = TURNS * POLLS * SLOTS  # of each worker
ONE = "benchmark-one-lane"
WORKFLOW = "benchmark-lanes"


def measure(bench: Bench) -> dict[str, Any]:
    queues = [f"benchmark-{number}" for number in range(max(bench.options.lanes // LANES_A_QUEUE, 1))]
    types = [f"benchmark.{number}" for number in range(LANES_A_QUEUE // len(PRIORITIES))]
    count = len(queues) * LANES_A_QUEUE
    payloads = [said.payload(number) for number in range(JOBS)]
    few = payloads[: max(JOBS_A_LANE, JOBS // count)]
    for queue, type_, priority in itertools.product(queues, types, PRIORITIES):
        submit_many(workflow=WORKFLOW, type=type_, payloads=few, queue=queue, priority=priority)
    submit_many(workflow=WORKFLOW, type=types[0], payloads=payloads, queue=ONE)
    bench.wait_for_quiet()
    one, many = Poller(bench, "one lane", [ONE]), Poller(bench, "many lanes", queues)
    try:
        for _ in range(TURNS):
            one.turn()
            many.turn()
    finally:
        one.leave()
        many.leave()
        for execution in Execution.objects.filter(workflow=WORKFLOW, completed_at=None):
            cancel(execution_id=execution.pk, reason="measured")
    return {
        "lanes": count,
        "queues": len(queues),
        "one_lane_us": round(median(one.times)),
        "many_lanes_us": round(median(many.times)),
        "ratio_to_one_lane": round(median(many.times) / median(one.times), 2),
    }


class Poller:
    """A worker that completes what it claimed and claims again."""

    def __init__(self, bench: Bench, name: str, queues: list[str]) -> None:
        self._session = psycopg.connect(bench.ours.address, autocommit=True, row_factory=dict_row)
        found = self._session.execute(
            "SELECT workers.register_worker(%s, 'benchmark', 0, %s, %s, NULL, 3600, false) AS id", (name, SLOTS, queues)
        ).fetchone()
        assert found is not None
        self._id: int = found["id"]
        self._held: list[claims.Result] = []
        self.times: list[float] = []

    def turn(self) -> None:
        for _ in range(POLLS):
            began = time.perf_counter()
            answer = claims.poll(self._run, self._id, SLOTS, self._held)
            self.times.append((time.perf_counter() - began) * 1e6)
            assert len(answer.claims) == SLOTS
            self._held = [
                claims.Result(job_id=one.job_id, fence=one.fence, outcome="completed") for one in answer.claims
            ]

    def leave(self) -> None:
        """Gives back what it holds."""
        self._session.execute("SELECT workers.deregister_worker(%s, 'measured')", [self._id])
        self._session.close()

    def _run(self, query: str, params: Any) -> list[dict[str, Any]]:
        return self._session.execute(query, params).fetchall()
