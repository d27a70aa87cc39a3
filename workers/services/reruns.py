"""Jobs of an ended execution run again, as an execution of their own that names the first as `rerun_of`.

The first one stays as it was. What does not run again is not copied: an edge to it leads to the old job, whose output
the new one reads. Checkpoints are left behind.
"""

from django.contrib.auth.models import User

from project.postgres import sql
from workers.models import Execution
from workers.services.rows import execution_of


def retry_failed(*, execution_id: int, actor: User | None = None) -> Execution:
    """Runs the failed and cancelled jobs again. Raises `NotFound`; `Conflict` when the execution or a re-run of it has
    not ended, and when nothing of it failed."""
    return _rerun(execution_id, None, actor)


def rerun_from(*, execution_id: int, key: str, actor: User | None = None) -> Execution:
    """Runs a job and everything below it again.

    Raises as `retry_failed`, and `Conflict` naming the job when one of them waits for a job that did not complete and
    is not among them.
    """
    return _rerun(execution_id, key, actor)


def _rerun(execution_id: int, key: str | None, actor: User | None) -> Execution:
    made = sql.row("SELECT * FROM workers.rerun(%s, %s, %s)", [execution_id, key, actor.pk if actor else None])
    assert made is not None
    return execution_of(made)
