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
from workers.models.registry import Lane, PriorityClass, Queue, QueuePause, Worker
from workers.models.schedules import CatchUp, Overlap, Schedule
from workers.models.throughput import Tally, Throughput
from workers.models.waiting import Blocked, Deferral, Held, Lease, Ready

__all__ = [
    "FINAL_STATES",
    "Blocked",
    "CatchUp",
    "Deferral",
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
    "Overlap",
    "Policy",
    "PriorityClass",
    "Queue",
    "QueuePause",
    "Ready",
    "Schedule",
    "Tally",
    "Throughput",
    "Worker",
]
