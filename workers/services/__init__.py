"""Writes of the engine. All need autocommit or the caller's transaction; none knows HTTP."""

from workers.services.executions import add_jobs, cancel, restart_job, submit
from workers.services.specs import Dependency, JobSpec

__all__ = ["Dependency", "JobSpec", "add_jobs", "cancel", "restart_job", "submit"]
