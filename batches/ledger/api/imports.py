"""`/api/v1/imports`: which files were read and which of their lines were refused."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.ledger.models import ImportReject, TransactionImport
from batches.ledger.models.imports import ImportStatus
from project.access.roles import ALL_READERS, Role
from project.api.errors import NotFound
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, page_of
from project.api.serializers import StrictSerializer
from project.api.views import ApiView

READERS = ALL_READERS | {Role.INTEGRATOR}


class TransactionImportSerializer(serializers.Serializer[TransactionImport]):
    """One file. Read = imported + skipped + rejected."""

    id = serializers.IntegerField()
    source = serializers.CharField(source="source.code")  # type: ignore[assignment]
    file_name = serializers.CharField()
    status = serializers.ChoiceField(ImportStatus.choices)
    rows_read = serializers.IntegerField()
    rows_imported = serializers.IntegerField()
    rows_skipped = serializers.IntegerField(help_text="Here already with the same content")
    rows_rejected = serializers.IntegerField()
    error = serializers.CharField(help_text="Why it failed; empty otherwise")
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    started_by = serializers.CharField(source="started_by.username", allow_null=True, default=None)


class ImportRejectSerializer(serializers.Serializer[ImportReject]):
    """A line that was refused."""

    line_number = serializers.IntegerField(help_text="As an editor counts; the header is line 1")
    column = serializers.CharField(source="column_name", help_text="`line` when the fault is in none of the columns")
    reason = serializers.CharField()
    line = serializers.CharField(help_text="The first 1,000 characters")


class ImportFilterSerializer(StrictSerializer):
    """How the list can be narrowed."""

    source = serializers.CharField(required=False, help_text="PREMIUM or CLAIM")  # type: ignore[assignment]
    status = serializers.ChoiceField(ImportStatus.choices, required=False)


class ImportsView(ApiView):
    """All imports."""

    roles: ClassVar = {"GET": READERS}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_imports",
        summary="Imported files, the newest first.",
        tags=["ledger"],
        parameters=[ImportFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(TransactionImportSerializer),
    )
    def get(self, request: Request) -> Response:
        wanted: dict[str, Any] = self.parse_query(ImportFilterSerializer)
        if "source" in wanted:
            wanted["source__code"] = wanted.pop("source")
        found = TransactionImport.objects.filter(**wanted).select_related("source", "started_by")
        return Response(self.cursor.page(request, found, lambda row: TransactionImportSerializer(row).data))


class ImportView(ApiView):
    """One import."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="get_import", summary="One imported file.", tags=["ledger"], responses=TransactionImportSerializer
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(TransactionImportSerializer(_import(pk)).data)


class RejectsView(ApiView):
    """The refused lines of one import."""

    roles: ClassVar = {"GET": READERS}
    cursor = Cursor("line_number")

    @extend_schema(
        operation_id="list_import_rejects",
        summary="The lines of a file that were refused, in their order.",
        tags=["ledger"],
        parameters=CURSOR_PARAMETERS,
        responses=page_of(ImportRejectSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        self.parse_query(StrictSerializer)
        found = ImportReject.objects.filter(import_of=_import(pk))
        return Response(self.cursor.page(request, found, lambda row: ImportRejectSerializer(row).data))


def _import(pk: int) -> TransactionImport:
    found = TransactionImport.objects.select_related("source", "started_by").filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no import {pk}.")
    return found
