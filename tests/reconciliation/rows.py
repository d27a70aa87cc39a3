"""Rows of reconciliation as jobs leave them, for tests that only read them. Imports wait until Django is set up."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from reconciliation.models import Connection, Mapping, Mismatch, ReconciliationJob, Sighting
from reconciliation.states import JobStatus, JobType, MismatchType, Strategy

NOVEMBER = datetime(2025, 11, 20, 14, tzinfo=UTC)
_numbers = count(1)


def mapping(name: str = "users", **values: Any) -> Mapping:
    """A mapping of a table of this installation's own database; the one there is when there is one."""
    place, _ = Connection.objects.get_or_create(name="here", defaults={"kind": "postgresql"})
    defaults = {
        "source": place,
        "source_schema": "public",
        "source_table": f"{name}_source",
        "target": place,
        "target_table": name,
        "columns": [{"source": "id", "target": "id", "type": "integer(8)", "key": True, "rule": {}}],
    }
    return Mapping.objects.get_or_create(name=name, defaults={**defaults, **values})[0]


def job(table: str = "users", **values: Any) -> ReconciliationJob:
    """A completed CHECKSUM job of 135 seconds with the contract's numbers, unless `values` say otherwise."""
    of = mapping(table)
    start = values.pop("started_at", NOVEMBER)
    defaults: dict[str, Any] = {
        "mapping": of,
        "table_name": table,
        "job_type": JobType.MANUAL_ONDEMAND,
        "validation_strategy": Strategy.CHECKSUM,
        "status": JobStatus.COMPLETED,
        "mapping_version": of.version,
        "canonical_version": 1,
        "definition": {},
        "created_at": start or NOVEMBER,
        "started_at": start,
        "completed_at": (start or NOVEMBER) + timedelta(seconds=135),
        "source_rows": 1_000_000,
        "target_rows": 999_950,
        "mismatch_count": 50,
        "missing_in_target": 30,
        "missing_in_source": 10,
        "data_mismatches": 10,
    }
    return ReconciliationJob.objects.create(**{**defaults, **values})


def running(table: str = "users", **values: Any) -> ReconciliationJob:
    """A job that has not counted yet."""
    nothing = {
        "completed_at": None,
        "source_rows": None,
        "target_rows": None,
        "mismatch_count": 0,
        "missing_in_target": 0,
        "missing_in_source": 0,
        "data_mismatches": 0,
    }
    return job(table, **{"status": JobStatus.RUNNING, **nothing, **values})


def mismatch(seen_by: ReconciliationJob, **values: Any) -> Mismatch:
    """A mismatch that this job found: a name that differs, unless `values` say otherwise."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "fingerprint": f"fingerprint {number}",
        "mapping": seen_by.mapping,
        "job": seen_by,
        "table_name": seen_by.table_name,
        "key": [str(number)],
        "primary_key_value": f"user-{number}",
        "mismatch_type": MismatchType.DATA_MISMATCH,
        "columns": ["name"],
        "source_data": {"user_id": f"user-{number}", "name": "John Doe"},
        "target_data": {"user_id": f"user-{number}", "name": "John Smith"},
        "source_checksum": "a1b2c3d4e5f6a1b2",
        "target_checksum": "f6e5d4c3b2a1f6e5",
        "detected_at": NOVEMBER,
    }
    made = Mismatch.objects.create(**{**defaults, **values})
    sighted(made, seen_by)
    return made


def sighted(found: Mismatch, by: ReconciliationJob, kind: str = "") -> Sighting:
    """That a job saw a mismatch."""
    return Sighting.objects.create(job=by, mismatch=found, mismatch_type=kind or found.mismatch_type)
