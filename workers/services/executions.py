"""The life of an execution: submit jobs, add to them, cancel them."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from psycopg.types.json import Jsonb

from project.postgres import sql
from workers.handlers import Claim
from workers.models import Execution
from workers.services.specs import DEFAULT_QUEUE, JobSpec, documents


def submit(
    *,
    workflow: str,
    jobs: Sequence[JobSpec],
    queue: str = DEFAULT_QUEUE,
    parallelism: int | None = None,
    actor: User | None = None,
) -> Execution:
    """Makes an execution of these jobs, all or nothing, and wakes the workers; at most `parallelism` of them run at
    once.

    `queue` is for jobs that name none. Raises `InvalidRequest` naming the job for an empty list, duplicate keys,
    unknown or repeated dependencies, cycles, and options out of range.
    """
    execution_id = sql.routine_value(
        "workers.submit", workflow, Jsonb(documents(jobs, queue)), parallelism, actor.pk if actor else None
    )
    return Execution.objects.get(pk=execution_id)


def add_jobs(*, claim: Claim, jobs: Sequence[JobSpec]) -> None:
    """Adds jobs to the execution of a running job, in one transaction that its claim fences.

    They may depend on any job of the execution, the running one included. Raises `StaleClaim` when the claim is gone,
    and what `submit` raises.
    """
    sql.routine("workers.add_jobs", claim.fence, claim.job_id, Jsonb(documents(jobs, DEFAULT_QUEUE)))


def cancel(*, execution_id: int, reason: str) -> None:
    """Cancels an execution: waiting jobs at once, active ones by taking their claims, so that their fence fails.

    Waits for a chunk that runs under such a claim. An execution that has ended stays as it is. Raises `NotFound`.
    """
    sql.routine("workers.cancel_execution", execution_id, reason)


def restart_job(*, execution_id: int, key: str, reason: str) -> bool:
    """Takes an active job away from its worker; it runs again as another attempt whose `last_error` is the reason.

    False for a job that isn't active. Raises `NotReady` when a chunk that runs under the claim doesn't end soon.
    """
    return bool(sql.routine_value("workers.restart_job", execution_id, key, reason))
