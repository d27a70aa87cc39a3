"""Starting comparisons. One runs per table at a time: who asks for a table that is being compared joins that job."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from project.access import audit
from project.api.errors import ErrorCode, InvalidRequest, NotFound, NotReady
from reconciliation.canonical import VERSION
from reconciliation.definition import Definition
from reconciliation.events import Event
from reconciliation.models import Mapping, ReconciliationJob
from reconciliation.queries.rates import estimated_completion
from reconciliation.services import executing, webhooks
from reconciliation.states import JobStatus, JobType, Priority, Strategy
from workers.queries import execution_state


@dataclass(frozen=True, kw_only=True)
class Triggered:
    """Jobs in the order of the tables, and which of them ran before they were asked for."""

    jobs: list[ReconciliationJob]
    joined: frozenset[UUID] = field(default_factory=frozenset)
    estimated_completion: datetime

    def joined_tables(self, asked: Strategy) -> list[str]:
        """Tables whose running job was joined, each with the strategy it runs by when that isn't the one asked for."""
        return [
            job.table_name if job.validation_strategy == asked else f"{job.table_name} (by {job.validation_strategy})"
            for job in self.jobs
            if job.pk in self.joined
        ]


def trigger(
    *,
    tables: Sequence[str],
    strategy: Strategy,
    priority: Priority = Priority.NORMAL,
    job_type: JobType = JobType.MANUAL_ONDEMAND,
    actor: User | None = None,
) -> Triggered:
    """Start a comparison of each table, by the names of their mappings; of all enabled ones when `tables` is empty.

    Returns at once; the engine does the work. A job that is joined goes on by its own strategy, which may be another:
    whoever needs this one triggers again when that has ended. If it waits, it does with the higher priority of the two.
    Raises 400 INVALID_TABLE for a name that isn't mapped,
    400 for a strategy that the mapping can't do, 503 while reconciliation is disabled.
    """
    require_enabled()
    with transaction.atomic():
        jobs, joined = _start_all(_mappings(tables), strategy, priority, job_type, actor)
        if job_type == JobType.MANUAL_ONDEMAND:
            _record(jobs, joined, actor)
        return Triggered(jobs=jobs, joined=joined, estimated_completion=estimated_completion(jobs))


def require_enabled() -> None:
    """Raises 503 RECONCILIATION_DISABLED."""
    if not settings.RECONCILIATION_ENABLED:
        raise NotReady(
            "Reconciliation service is disabled. Set RECONCILIATION_ENABLED=true in configuration",
            code=ErrorCode.RECONCILIATION_DISABLED,
        )


def _mappings(tables: Sequence[str]) -> list[Mapping]:
    """The mappings in the order asked for, locked in the order of their ids: two triggers can't wait for each other."""
    enabled = Mapping.objects.select_related("source", "target").filter(enabled=True)
    locked = enabled.select_for_update(of=("self",), no_key=True).order_by("pk")
    found = {one.name: one for one in (locked.filter(name__in=tables) if tables else locked)}
    for name in tables:
        if name not in found:
            raise _invalid_table(name)
    if not found:
        raise InvalidRequest(
            "No table is mapped for reconciliation. Add a mapping in the console or by manage.py mapping import.",
            code=ErrorCode.INVALID_TABLE,
            members={"valid_tables": []},
        )
    return [found[name] for name in dict.fromkeys(tables)] if tables else sorted(found.values(), key=lambda m: m.name)


def _invalid_table(name: str) -> InvalidRequest:
    valid = Mapping.objects.filter(enabled=True).order_by("name").values_list("name", flat=True)
    return InvalidRequest(
        f"Table '{name}' does not exist or is not configured for replication",
        code=ErrorCode.INVALID_TABLE,
        members={"valid_tables": list(valid)},
    )


def _start_all(
    mappings: Iterable[Mapping], strategy: Strategy, priority: Priority, job_type: JobType, actor: User | None
) -> tuple[list[ReconciliationJob], frozenset[UUID]]:
    jobs, joined = [], set()
    for mapping in mappings:
        _require_timestamp(mapping, strategy)
        job = _running(mapping)
        if job is None:
            job = _start(mapping, strategy, priority, job_type, actor)
        else:
            executing.raise_priority(job, priority, actor)
            joined.add(job.pk)
        jobs.append(job)
    return jobs, frozenset(joined)


def _require_timestamp(mapping: Mapping, strategy: Strategy) -> None:
    if strategy == Strategy.TIMESTAMP_RANGE and not mapping.timestamp_column:
        raise InvalidRequest.field(
            "validation_strategy",
            f"TIMESTAMP_RANGE needs to know when rows of '{mapping.name}' were written; "
            "set the timestamp column of its mapping",
        )


def _running(mapping: Mapping) -> ReconciliationJob | None:
    """The mapping's job that goes on. One whose execution is gone has nobody who would end it: it fails here."""
    job = ReconciliationJob.objects.filter(mapping=mapping, status=JobStatus.RUNNING).first()
    if job is None or not _abandoned(job):
        return job
    job.status, job.completed_at = JobStatus.FAILED, Now()
    job.validation_errors = [{"range": None, "error": "Its execution was cancelled or removed before it ended."}]
    job.save(update_fields=["status", "completed_at", "validation_errors"])
    webhooks.emit(Event.JOB_FAILED, job)
    return None


def fail_abandoned() -> None:
    """Fail the jobs that nobody would end: their executions were cancelled or removed."""
    for mapping in Mapping.objects.filter(jobs__status=JobStatus.RUNNING).order_by("pk"):
        with transaction.atomic():
            _running(Mapping.objects.select_for_update(no_key=True).get(pk=mapping.pk))


def _abandoned(job: ReconciliationJob) -> bool:
    if job.execution_id is None:
        return True
    try:
        return execution_state(job.execution_id).ended
    except NotFound:
        return True


def _start(
    mapping: Mapping, strategy: Strategy, priority: Priority, job_type: JobType, actor: User | None
) -> ReconciliationJob:
    job = ReconciliationJob.objects.create(
        mapping=mapping,
        table_name=mapping.name,
        job_type=job_type,
        validation_strategy=strategy,
        priority=priority,
        mapping_version=mapping.version,
        canonical_version=VERSION,
        definition=Definition.of(mapping).to_json(),
        triggered_by=actor,
    )
    executing.submit(job, actor)
    job.refresh_from_db()
    return job


def _record(jobs: Sequence[ReconciliationJob], joined: frozenset[UUID], actor: User | None) -> None:
    for job in jobs:
        audit.record(
            operation="reconciliation.trigger",
            target=job.table_name,
            after={"job": str(job.pk), "strategy": job.validation_strategy, "priority": job.priority},
            details={"joined": job.pk in joined},
            actor=actor,
        )
