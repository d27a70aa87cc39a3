"""`/api/v1/audit`: the audit trail, in pages or whole as CSV."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from project.access import queries
from project.access.models import AuditEntry
from project.access.roles import Role
from project.api.csv import streamed
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, page_of
from project.api.serializers import StrictSerializer
from project.api.views import ApiView

CSV_COLUMNS = [
    "id",
    "recorded_at",
    "operation",
    "target",
    "actor",
    "key_prefix",
    "address",
    "user_agent",
    "request_id",
    "before",
    "after",
    "details",
]


class AuditEntrySerializer(serializers.Serializer[AuditEntry]):
    """Who did what, from where, and what the thing was before and after."""

    id = serializers.IntegerField()
    recorded_at = serializers.DateTimeField()
    operation = serializers.CharField()
    target = serializers.CharField()
    actor = serializers.CharField(source="actor_name", help_text="A user; system for a command; anonymous without key")
    key_prefix = serializers.CharField(help_text="The API key that was used, if one was")
    address = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField()
    request_id = serializers.CharField()
    before = serializers.DictField(allow_null=True)
    after = serializers.DictField(allow_null=True)
    details = serializers.DictField(allow_null=True)


class AuditFilterSerializer(StrictSerializer):
    """Which entries; all conditions together."""

    operation = serializers.CharField(required=False, help_text="For instance api_key.create")
    target = serializers.CharField(required=False, help_text="For instance 2025-01-MONTHEND")
    actor = serializers.CharField(required=False, help_text="A user's name")
    request_id = serializers.CharField(required=False)
    since = serializers.DateTimeField(required=False, help_text="Inclusive")
    until = serializers.DateTimeField(required=False, help_text="Exclusive")


class AuditView(ApiView):
    """The trail, the newest first."""

    roles: ClassVar = {"GET": {Role.AUDITOR}}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_audit_entries",
        summary="The audit trail, the newest first.",
        tags=["access"],
        parameters=[AuditFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(AuditEntrySerializer),
    )
    def get(self, request: Request) -> Response:
        found = queries.audit_entries(**self.parse_query(AuditFilterSerializer))
        return Response(self.cursor.page(request, found, lambda entry: AuditEntrySerializer(entry).data))


class AuditExportView(ApiView):
    """The trail as a file."""

    roles: ClassVar = {"GET": {Role.AUDITOR}}

    @extend_schema(
        operation_id="export_audit_entries",
        summary="The audit trail as CSV, the oldest first, however long it is.",
        tags=["access"],
        parameters=[AuditFilterSerializer],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR)},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        found = queries.audit_entries(**self.parse_query(AuditFilterSerializer))
        return streamed("audit.csv", CSV_COLUMNS, _lines(found))


def _lines(entries: QuerySet[AuditEntry]) -> Iterator[list[Any]]:
    for entry in entries.order_by("id").iterator(chunk_size=2000):
        shown = AuditEntrySerializer(entry).data
        yield [json.dumps(shown[name]) if isinstance(shown[name], dict) else shown[name] for name in CSV_COLUMNS]
