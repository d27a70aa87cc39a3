"""The life of an execution: submit jobs, add to them, cancel them."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from project.postgres import sql
from workers.handlers import Claim
from workers.models import Execution
from workers.services.encoding import encode
from workers.services.rows import execution_of
from workers.services.specs import DEFAULT_QUEUE, JobSpec


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

    `queue` is for jobs that name none. Raises `InvalidRequest` naming the job for an empty list or too long a one,
    duplicate keys, unknown or repeated dependencies, cycles, and options out of range.
    """
    return submit_once(workflow=workflow, jobs=jobs, queue=queue, parallelism=parallelism, actor=actor)[0]


def submit_once(
    *,
    workflow: str,
    jobs: Sequence[JobSpec],
    queue: str = DEFAULT_QUEUE,
    parallelism: int | None = None,
    actor: User | None = None,
    idempotency_key: str | None = None,
) -> tuple[Execution, bool]:
    """As `submit`; with a key, the same request of the same actor gives the execution that it made the first time, and
    False. Raises `Conflict` when another request had the key."""
    encoded = encode(jobs, queue)
    digest = encoded.digest(workflow, parallelism) if idempotency_key is not None else None
    user = actor.pk if actor else None
    params = [workflow, encoded.kinds, encoded.jobs, parallelism, user, idempotency_key, digest]
    made = sql.row(_SUBMIT, params)
    assert made is not None
    return execution_of(made), made["o_made"]


def add_jobs(*, claim: Claim, jobs: Sequence[JobSpec]) -> None:
    """Adds jobs to the execution of a running job, in one transaction that its claim fences.

    They may depend on any job of the execution, the running one included. Raises `StaleClaim` when the claim is gone,
    and what `submit` raises.
    """
    encoded = encode(jobs)
    sql.routine("workers.add_jobs", claim.fence, claim.job_id, encoded.kinds, encoded.jobs)


def cancel(*, execution_id: int, reason: str) -> bool:
    """Cancels an execution: waiting jobs at once, active ones by taking their claims, so that their fence fails.

    Waits for a chunk that runs under such a claim. An execution that has ended stays as it is: False. Raises
    `NotFound`.
    """
    return bool(sql.routine_value("workers.cancel_execution", execution_id, reason))


def set_prefetch(*, worker_id: int, type: str, jobs: int) -> None:  # noqa: A002
    """How many jobs of a type one slot of a worker claims at once, within a second."""
    sql.routine("workers.set_prefetch", worker_id, type, jobs)


def restart_job(*, execution_id: int, key: str, reason: str) -> bool:
    """Takes an active job away from its worker; it runs again as another attempt whose `last_error` is the reason.

    False for a job that isn't active. Raises `NotReady` when a chunk that runs under the claim doesn't end soon.
    """
    return bool(sql.routine_value("workers.restart_job", execution_id, key, reason))


def bring_forward(*, execution_id: int) -> int:
    """Makes due now what handlers put off (`PutOff`), as when its reason is gone; returns how many jobs."""
    return int(sql.routine_value("workers.bring_forward", execution_id))


_SUBMIT = "SELECT (s.o_execution).*, s.o_made FROM workers.submit(%s, %s, %s, %s, %s, %s, %s) s"
