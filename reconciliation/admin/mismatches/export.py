"""The list as a file, however long it is."""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import StreamingHttpResponse
from django.views.decorators.http import require_GET

from project.api.csv import streamed
from project.console.dialogs import require
from reconciliation.models import Mismatch
from reconciliation.queries.chosen import Chosen
from reconciliation.roles import VIEWERS

COLUMNS = (
    "mismatch_id", "job_id", "table_name", "primary_key_value", "mismatch_type", "columns", "source_data",
    "target_data", "source_checksum", "target_checksum", "detected_at", "last_seen_at", "times_seen",
    "resolution_status", "resolution_notes", "resolved_at", "resolved_by", "ignored_until",
)  # fmt: skip


@require_GET
def export(request: HttpRequest) -> StreamingHttpResponse:
    """What the list's filters let through, as CSV."""
    require(request, VIEWERS)
    return streamed("mismatches.csv", COLUMNS, _lines(Chosen.of(request.GET).rows()))


def _lines(found: QuerySet[Mismatch]) -> Iterator[list[Any]]:
    for mismatch in found.select_related("resolved_by").iterator(chunk_size=2000):
        yield [
            mismatch.pk,
            mismatch.job_id,
            mismatch.table_name,
            mismatch.primary_key_value,
            mismatch.mismatch_type,
            " ".join(mismatch.columns),
            _document(mismatch.source_data),
            _document(mismatch.target_data),
            mismatch.source_checksum,
            mismatch.target_checksum,
            mismatch.detected_at.isoformat(),
            mismatch.last_seen_at.isoformat(),
            mismatch.times_seen,
            mismatch.resolution_status,
            mismatch.resolution_notes,
            mismatch.resolved_at and mismatch.resolved_at.isoformat(),
            mismatch.resolved_by,
            mismatch.ignored_until and mismatch.ignored_until.isoformat(),
        ]


def _document(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
