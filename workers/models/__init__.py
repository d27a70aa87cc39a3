"""The engine's tables. Those of `jobs` and `waiting` are written in SQL by a migration; the routines of sql/workers/
are the only writers of everything here."""

from workers.models.executions import Execution, ExecutionStatus
from workers.models.jobs import (
    FINAL_STATES,
    FinishedJob,
    Job,
    JobAttempt,
    JobCheckpoint,
    JobDependency,
    JobState,
    Policy,
)
from workers.models.registry import Lane, PriorityClass, Queue, Worker
from workers.models.waiting import Blocked, Held, Lease, Ready

__all__ = [
    "FINAL_STATES",
    "Blocked",
    "Execution",
    "ExecutionStatus",
    "FinishedJob",
    "Held",
    "Job",
    "JobAttempt",
    "JobCheckpoint",
    "JobDependency",
    "JobState",
    "Lane",
    "Lease",
    "Policy",
    "PriorityClass",
    "Queue",
    "Ready",
    "Worker",
]
