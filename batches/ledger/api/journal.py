"""`/api/v1/journal-entries`: what is posted, by filter, however much it is."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.ledger import queries
from batches.ledger.api.balances import money
from batches.ledger.queries import EntryFilter
from project.access.roles import ALL_READERS
from project.api.csv import streamed
from project.api.pagination import Cursor, limit
from project.api.schema import CURSOR_PARAMETERS, page_of
from project.api.serializers import StrictSerializer
from project.api.views import ApiView

LARGEST = 2**63 - 1
CSV_COLUMNS = [
    "entry_number",
    "batch_id",
    "posting_date",
    "source",
    "source_id",
    "fund",
    "debit_account",
    "credit_account",
    "amount",
]


class JournalEntrySerializer(serializers.Serializer[dict[str, Any]]):
    """One fund's share of one transaction with both its sides."""

    entry_number = serializers.IntegerField()
    batch_id = serializers.CharField()
    posting_date = serializers.DateField()
    source = serializers.CharField(help_text="PREMIUM, CLAIM or another source")  # type: ignore[assignment]
    source_id = serializers.IntegerField(help_text="Key of the source's row")
    fund = serializers.CharField()
    debit_account = serializers.CharField()
    credit_account = serializers.CharField()
    amount = money()


class JournalFilterSerializer(StrictSerializer):
    """Which entries; all conditions together."""

    batch_id = serializers.CharField(required=False, help_text="Like 2025-01-MONTHEND")
    entry_from = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    entry_to = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)
    account = serializers.CharField(required=False, help_text="On either side, like 1010-001")
    fund = serializers.CharField(required=False, help_text="Like TABARRU")
    source = serializers.CharField(required=False, help_text="Like PREMIUM")  # type: ignore[assignment]
    reference = serializers.CharField(required=False, help_text="Upstream's id of the transaction; needs source")
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)
    amount = serializers.DecimalField(required=False, max_digits=15, decimal_places=2)

    def validate(self, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
        """Refuse ranges that are upside down."""
        for first, last in (("entry_from", "entry_to"), ("date_from", "date_to")):
            if first in attrs and last in attrs and attrs[first] > attrs[last]:
                raise serializers.ValidationError({first: [f"Is after {last}."]})
        return attrs


class JournalEntriesView(ApiView):
    """Entries in order of their number."""

    roles: ClassVar = {"GET": ALL_READERS}
    cursor = Cursor("entry_number")

    @extend_schema(
        operation_id="list_journal_entries",
        summary="Journal entries in order of their number.",
        description=(
            "A page looks at a bounded number of entries. When a filter meets few of them, a page may be short or "
            "empty and still have a `next`: go on until `next` is null."
        ),
        tags=["ledger"],
        parameters=[JournalFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(JournalEntrySerializer),
    )
    def get(self, request: Request) -> Response:
        wanted = EntryFilter(**self.parse_query(JournalFilterSerializer))
        after = self.cursor.after(request)
        found, last = queries.journal_entries(wanted, after=int(after[0]) if after else 0, limit=limit(request))
        following = self.cursor.encode([last]) if last is not None else None
        shown = JournalEntrySerializer(found, many=True).data  # type: ignore[arg-type]  # the stubs know one row
        return Response({"results": shown, "next": following})


class JournalExportView(ApiView):
    """Entries as a file."""

    roles: ClassVar = {"GET": ALL_READERS}

    @extend_schema(
        operation_id="export_journal_entries",
        summary="Journal entries as CSV, however many.",
        tags=["ledger"],
        parameters=[JournalFilterSerializer],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        wanted = EntryFilter(**self.parse_query(JournalFilterSerializer))
        queries.check_filter(wanted)
        rows = ([entry[column] for column in CSV_COLUMNS] for entry in queries.every_entry(wanted))
        return streamed("journal-entries.csv", CSV_COLUMNS, rows)
