"""What people and other systems ask of executions. Each is in the audit trail, in the transaction of the change."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from project.access import audit
from workers.models import Execution
from workers.services import executions, internal, reruns
from workers.services.specs import JobSpec


def start(
    *,
    workflow: str,
    jobs: Sequence[JobSpec],
    parallelism: int | None = None,
    idempotency_key: str | None = None,
    actor: User | None = None,
) -> tuple[Execution, bool]:
    """As `submit_once`: the execution, and whether this call made it. Types of the product's own are refused too."""
    internal.refuse_types(jobs)
    with transaction.atomic():
        execution, made = executions.submit_once(
            workflow=workflow, jobs=jobs, parallelism=parallelism, idempotency_key=idempotency_key, actor=actor
        )
        if made:
            details = {"workflow": workflow, "jobs": execution.total}
            audit.record(operation="execution.start", target=name(execution.pk), details=details, actor=actor)
    return execution, made


def cancel(*, execution_id: int, reason: str, actor: User | None = None) -> bool:
    """As `executions.cancel`: whether there was anything to cancel. Raises `NotFound`, and `Forbidden` for an execution
    with jobs of the product itself, as do all below."""
    internal.refuse_steering(execution_id)
    with transaction.atomic():
        cancelled = executions.cancel(execution_id=execution_id, reason=reason)
        if cancelled:
            details = {"reason": reason}
            audit.record(operation="execution.cancel", target=name(execution_id), details=details, actor=actor)
    return cancelled


def retry(*, execution_id: int, actor: User | None = None) -> Execution:
    """As `reruns.retry_failed`."""
    internal.refuse_steering(execution_id)
    with transaction.atomic():
        made = reruns.retry_failed(execution_id=execution_id, actor=actor)
        details = {"rerun_of": name(execution_id), "jobs": made.total}
        audit.record(operation="execution.retry", target=name(made.pk), details=details, actor=actor)
    return made


def rerun(*, execution_id: int, key: str, actor: User | None = None) -> Execution:
    """As `reruns.rerun_from`."""
    internal.refuse_steering(execution_id)
    with transaction.atomic():
        made = reruns.rerun_from(execution_id=execution_id, key=key, actor=actor)
        details = {"rerun_of": name(execution_id), "from": key, "jobs": made.total}
        audit.record(operation="execution.rerun", target=name(made.pk), details=details, actor=actor)
    return made


def name(execution_id: int) -> str:
    """An execution as the API and the audit trail call it."""
    return f"exec-{execution_id}"
