"""Writes of the engine. Each is one transaction, or part of the caller's; none knows HTTP."""

from workers.services.bulk import submit_many
from workers.services.executions import add_jobs, bring_forward, cancel, restart_job, set_prefetch, submit, submit_once
from workers.services.reruns import rerun_from, retry_failed
from workers.services.specs import Dependency, JobSpec

__all__ = [
    "Dependency",
    "JobSpec",
    "add_jobs",
    "bring_forward",
    "cancel",
    "rerun_from",
    "restart_job",
    "retry_failed",
    "set_prefetch",
    "submit",
    "submit_many",
    "submit_once",
]
