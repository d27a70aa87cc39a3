"""Very many independent jobs of one kind at once: their rows are copied in, past what a document of jobs would cost."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from project.postgres import sql
from workers.models import Execution
from workers.services.encoding import Kind, payload
from workers.services.rows import execution_of
from workers.services.specs import DEFAULT_QUEUE, JobSpec

BLOCK = 1000  # rows in one message of the copy


def submit_many(
    *,
    workflow: str,
    type: str,  # noqa: A002  the word of the domain
    payloads: Sequence[dict[str, Any]],
    queue: str = DEFAULT_QUEUE,
    parallelism: int | None = None,
    run_at: datetime | None = None,
    actor: User | None = None,
    **options: Any,
) -> Execution:
    """Makes an execution of a job for each payload, named "1", "2" and so on, all or nothing, and wakes the workers.

    `options` are those of `JobSpec` that all jobs share: priority, requires, max_attempts, backoff_seconds,
    timeout_seconds. Raises `InvalidRequest` as `submit`; up to a million payloads are taken.
    """
    kind = Kind.of(JobSpec(key="1", type=type, queue=queue, **options), queue).document("1")
    user = actor.pk if actor else None
    with transaction.atomic():
        begun = sql.row(_BEGIN, [workflow, kind, len(payloads), parallelism, user])
        assert begun is not None
        execution, lane, ids = begun["o_execution"], begun["o_lane"], begun["ids"]
        shared = (execution, lane, kind["max_attempts"], kind["backoff_seconds"], kind["timeout_seconds"])
        with sql.cursor() as cursor, connection.wrap_database_errors, cursor.copy(_COPY) as copy:
            for block in _blocks(ids[1:-1].split(","), shared, payloads):
                copy.write(block)
        made = sql.row("SELECT * FROM workers.end_bulk(%s, %s, %s, %s)", [execution, lane, ids, run_at])
    assert made is not None
    return execution_of(made)


def _blocks(ids: list[str], shared: Sequence[Any], payloads: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """Rows in the text format of COPY, many in a block."""
    middle = b"\t".join(rb"\N" if value is None else str(value).encode() for value in shared)
    rows: list[bytes] = []
    for number, (job_id, document) in enumerate(zip(ids, payloads, strict=True), start=1):
        text = payload(str(number), document).replace(b"\\", rb"\\")
        rows.append(b"%s\t%s\t%d\t%s\n" % (job_id.encode(), middle, number, text))
        if len(rows) == BLOCK:
            yield b"".join(rows)
            rows.clear()
    yield b"".join(rows)


# ids as text: they go into the copy, and back, as they are
_BEGIN = """
SELECT b.o_execution, b.o_lane, b.o_ids::text AS ids FROM workers.begin_bulk(%s, %s, %s, %s, %s) b
"""
_COPY = """
COPY job (id, execution_id, lane_id, max_attempts, backoff_seconds, timeout_seconds, key, payload) FROM STDIN
"""
