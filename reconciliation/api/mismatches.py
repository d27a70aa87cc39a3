"""`/api/v1/reconciliation/mismatches`: what differs, and what became of it."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from project.api import context
from project.api.views import ApiView
from reconciliation.queries import mismatches
from reconciliation.roles import OPERATORS, READERS
from reconciliation.services import resolve

from .documents import requests, responses
from .documents.shared import TAG, id_parameter
from .identifiers import uuid_of
from .pages import paged


class MismatchesView(ApiView):
    """All mismatches."""

    roles: ClassVar = {"GET": READERS}

    @extend_schema(
        operation_id="list_mismatches",
        summary="Mismatches of all jobs, the newest first.",
        tags=TAG,
        parameters=[requests.MismatchFilter],
        responses=responses.MismatchPage,
    )
    def get(self, request: Request) -> Response:
        """A page of mismatches."""
        wanted = self.parse_query(requests.MismatchFilter)
        page = {name: wanted.pop(name) for name in ("page", "page_size")}
        return Response(paged("mismatches", mismatches.mismatches(**wanted), mismatches.document, **page))


class ResolveView(ApiView):
    """Decides about a mismatch."""

    roles: ClassVar = {"POST": OPERATORS}

    @extend_schema(
        operation_id="resolve_mismatch",
        summary="Mark a mismatch as resolved by hand, or as expected.",
        description="400 INVALID_STATUS_TRANSITION for a move that its present state doesn't allow.",
        tags=TAG,
        parameters=[id_parameter("mismatch_id")],
        request=requests.ResolveRequest,
        responses=responses.Resolved,
    )
    def post(self, request: Request, mismatch_id: str) -> Response:
        """How the mismatch is resolved now."""
        given = self.parse(requests.ResolveRequest)
        resolved = resolve.resolve(
            mismatch_id=uuid_of("mismatch_id", mismatch_id),
            status=given["resolution_status"],
            notes=given.get("resolution_notes") or None,
            ignored_until=given.get("ignored_until"),
            version=given.get("version"),
            actor=context.caller().user,
        )
        return Response(mismatches.resolution(resolved))
