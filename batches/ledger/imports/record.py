"""The row that tells of an import, from its start to its end."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.utils import timezone

from batches.ledger.models import TransactionImport, TransactionSource
from batches.ledger.models.imports import ImportStatus
from project.access import audit
from project.postgres import sql
from project.postgres.locks import LockSpace


@contextmanager
def running(source: TransactionSource, file_name: str, actor: User | None) -> Iterator[TransactionImport]:
    """A new record in RUNNING. While it lives, this session holds an advisory lock that proves it."""
    fail_abandoned(source)
    record = TransactionImport.objects.create(
        source=source, file_name=file_name, started_at=timezone.now(), started_by=actor
    )
    sql.value("SELECT pg_advisory_lock(%s, %s)", [int(LockSpace.IMPORT), -record.pk])
    try:
        yield record
    except BaseException as error:
        fail(record, f"{type(error).__name__}: {error}")
        raise
    finally:
        sql.value("SELECT pg_advisory_unlock(%s, %s)", [int(LockSpace.IMPORT), -record.pk])


def complete(record: TransactionImport) -> TransactionImport:
    """COMPLETED, with statistics that the month-end plan can rely on."""
    relation = record.source.relation
    sql.routine("ledger.refresh_statistics", relation)
    return _finish(record, ImportStatus.COMPLETED, "")


def fail(record: TransactionImport, error: str) -> TransactionImport:
    """FAILED, with the reason."""
    return _finish(record, ImportStatus.FAILED, error[:2000])


def fail_abandoned(source: TransactionSource) -> None:
    """FAILED for each import of this source whose session is gone without a word."""
    for record in TransactionImport.objects.filter(source=source, status=ImportStatus.RUNNING):
        if sql.value("SELECT pg_try_advisory_lock(%s, %s)", [int(LockSpace.IMPORT), -record.pk]):
            sql.value("SELECT pg_advisory_unlock(%s, %s)", [int(LockSpace.IMPORT), -record.pk])
            fail(record, "The command ended without a word. Import the file again: what is here is skipped.")


def _finish(record: TransactionImport, status: ImportStatus, error: str) -> TransactionImport:
    TransactionImport.objects.filter(pk=record.pk).update(status=status, error=error, finished_at=timezone.now())
    record.refresh_from_db()
    audit.record(
        operation="transactions.import",
        target=f"import {record.pk}",
        after={
            "source": record.source.code,
            "file": record.file_name,
            "status": record.status,
            "read": record.rows_read,
            "imported": record.rows_imported,
            "skipped": record.rows_skipped,
            "rejected": record.rows_rejected,
            "error": record.error,
        },
        actor=record.started_by,
    )
    return record
