"""Writes of the engine. Each is one transaction, or part of the caller's; none knows HTTP."""

from workers.services.executions import add_jobs, cancel, restart_job, submit, submit_once
from workers.services.specs import Dependency, JobSpec

__all__ = ["Dependency", "JobSpec", "add_jobs", "cancel", "restart_job", "submit", "submit_once"]
