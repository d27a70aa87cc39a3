"""The execution of the engine that a comparison runs as."""

from django.contrib.auth.models import User
from django.db import transaction

from reconciliation import graph
from reconciliation.models import ReconciliationJob
from reconciliation.states import Priority
from workers import services as engine

PARALLELISM = 4  # ranges of one table that are read at once
ROWS_OF_ONE_READER = 20_000  # a second; a cap below it needs no second reader
RANKS = (Priority.LOW, Priority.NORMAL, Priority.HIGH)


def parallelism(rows_per_second: int | None) -> int:
    """How many ranges of a table are read at once. Each of the readers keeps to its share of the mapping's cap."""
    if rows_per_second is None:
        return PARALLELISM
    return max(1, min(PARALLELISM, rows_per_second // ROWS_OF_ONE_READER))


def submit(job: ReconciliationJob, actor: User | None) -> None:
    """Have the engine plan the comparison, and whatever follows."""
    execution = engine.submit(
        workflow=graph.WORKFLOW,
        jobs=graph.planning(job),
        parallelism=parallelism(job.definition["rows_per_second"]),
        actor=actor,
    )
    job.execution_id = execution.pk
    job.save(update_fields=["execution_id", "priority"])


def raise_priority(job: ReconciliationJob, priority: Priority, actor: User | None) -> None:
    """A job that is asked for again with more priority goes on with that one, by an execution that takes the place of
    the one that waits. One that has begun to read stays as it is. Needs the mapping locked."""
    if RANKS.index(priority) <= RANKS.index(Priority(job.priority)) or job.execution_id is None:
        return
    with transaction.atomic():
        engine.cancel(execution_id=job.execution_id, reason=f"The comparison is asked for with priority {priority}.")
        # what ran under the claim has ended, and nothing of that execution writes any more
        if ReconciliationJob.objects.filter(pk=job.pk, started_at=None).exists():
            job.priority = priority
            submit(job, actor)
        else:
            transaction.set_rollback(True)
