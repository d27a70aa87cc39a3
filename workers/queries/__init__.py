"""Reads of the engine."""

from workers.queries.executions import ExecutionState, execution_state, failures, has_job
from workers.queries.queues import JobCounts, QueueCounts, job_counts, queue_counts
from workers.queries.workers import LiveWorker, live_workers, slots_alive

__all__ = [
    "ExecutionState",
    "JobCounts",
    "LiveWorker",
    "QueueCounts",
    "execution_state",
    "failures",
    "has_job",
    "job_counts",
    "live_workers",
    "queue_counts",
    "slots_alive",
]
