"""The certificate of a batch, and proving it again from what the database holds today."""

import json
from typing import Any

from batches.monthend.models import MonthEndBatch, MonthEndCertificate
from project.api.errors import NotFound
from project.postgres import sql


def certificate(batch: MonthEndBatch) -> dict[str, Any]:
    """The certificate as written. Raises 404 for a batch that has none (yet)."""
    found = MonthEndCertificate.objects.filter(batch=batch).first()
    if found is None:
        raise NotFound(f"Batch {batch.batch_id} is {batch.status} and has no certificate.")
    return {
        "batch_id": batch.batch_id,
        "number": found.number,
        "version": found.version,
        "digest": found.digest,
        "previous_digest": found.previous_digest or None,
        "created_at": found.created_at,
        "body": json.loads(found.body),
    }


def prove(batch: MonthEndBatch) -> list[dict[str, Any]]:
    """Recompute the certificate of a committed batch from the journal and compare its rows with their source.

    Returns the problems found: rule, range, entry_number, source_id, message; nothing when the batch is proved.
    """
    return [*sql.routine("monthend.certificate_problems", batch.pk), *sql.routine("monthend.entry_problems", batch.pk)]
