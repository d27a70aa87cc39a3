"""Storing what a job found: one mismatch per key over all jobs, set by set."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from project.postgres import sql
from reconciliation.services.rules import ActiveRule
from reconciliation.states import MismatchType

STORED_AT_MOST = 10_000  # of one job; the rest is counted, and the job says PARTIAL


@dataclass(frozen=True, kw_only=True)
class Found:
    """A key whose rows differ, as both sides had them when they were read again. None: that side has no such row."""

    fingerprint: str
    key: list[str]
    primary_key_value: str
    mismatch_type: MismatchType
    columns: tuple[str, ...]
    source_data: dict[str, Any] | None
    target_data: dict[str, Any] | None
    source_checksum: str | None
    target_checksum: str | None


def record(job_id: UUID, found: Sequence[Found]) -> None:
    """Count them on the job and store them, the first 10,000 of a job. Needs the caller's transaction."""
    if found:
        rows = [asdict(one) for one in found]
        sql.routine("reconciliation.record_mismatches", job_id, Jsonb(rows), STORED_AT_MOST)


def resolve_mended(job_id: UUID, fingerprints: Collection[str]) -> int:
    """Open mismatches that both sides no longer have become AUTO_RESOLVED; how many."""
    if not fingerprints:
        return 0
    return int(sql.routine_value("reconciliation.resolve_mended", job_id, list(fingerprints)))


def ignore_covered(job_id: UUID, covered: Mapping[str, ActiveRule]) -> int:
    """Pending mismatches, by their fingerprints, become IGNORED for the reason of the rule that covers them, until it
    ends; how many. They are pending again when a job finds them and no rule covers them any more."""
    if not covered:
        return 0
    rules = [
        {"fingerprint": one, "reason": rule.reason, "until": rule.expires_at and rule.expires_at.isoformat()}
        for one, rule in covered.items()
    ]
    return int(sql.routine_value("reconciliation.ignore_covered", job_id, Jsonb(rules)))
