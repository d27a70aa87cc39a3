"""Reads of the engine."""

from workers.queries.executions import (
    ExecutionState,
    execution_state,
    execution_states,
    failures,
    newest_checkpoint,
)
from workers.queries.explain import Reason, ReasonKind, explain_execution, explain_job
from workers.queries.graphs import Edge, Graph, Node, graph
from workers.queries.job_details import Attempt, Checkpoint, JobDetail, Neighbour, job_detail
from workers.queries.jobs import JobRow, due_at, has_job, jobs_of, open_keys
from workers.queries.queues import job_counts, lease_count, oldest_wait_seconds
from workers.queries.workers import (
    LiveWorker,
    RegisteredWorker,
    held_claims,
    live_workers,
    registered_worker,
    registered_workers,
    slots_alive,
)

__all__ = [
    "Attempt",
    "Checkpoint",
    "Edge",
    "ExecutionState",
    "Graph",
    "JobDetail",
    "JobRow",
    "LiveWorker",
    "Neighbour",
    "Node",
    "Reason",
    "ReasonKind",
    "RegisteredWorker",
    "due_at",
    "execution_state",
    "execution_states",
    "explain_execution",
    "explain_job",
    "failures",
    "graph",
    "has_job",
    "held_claims",
    "job_counts",
    "job_detail",
    "jobs_of",
    "lease_count",
    "live_workers",
    "newest_checkpoint",
    "oldest_wait_seconds",
    "open_keys",
    "registered_worker",
    "registered_workers",
    "slots_alive",
]
