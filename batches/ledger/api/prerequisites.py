"""`/api/v1/periods/{code}/prerequisites`: what other systems must have finished before the month closes."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.ledger.api.periods import actor
from batches.ledger.models import AccountingPeriod, Prerequisite, PrerequisiteKind, PrerequisiteStatus
from batches.ledger.services import periods, prerequisites
from project.access.roles import ALL_READERS, Role
from project.api.serializers import StrictSerializer
from project.api.views import ApiView

WRITERS = {Role.BATCH_ADMIN, Role.BATCH_OPERATOR, Role.INTEGRATOR}


class PrerequisiteSerializer(serializers.Serializer[dict[str, Any]]):
    """One batch of another system, for one period."""

    code = serializers.CharField(help_text="AP_CLOSE, AR_CLOSE, PAYROLL_CLOSE or another of the installation")
    name = serializers.CharField()
    required = serializers.BooleanField(help_text="Whether the month can't close without it")  # type: ignore[assignment]
    status = serializers.ChoiceField(PrerequisiteStatus.choices)
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_by = serializers.CharField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class PrerequisitesSerializer(serializers.Serializer[dict[str, Any]]):
    """All of a period, and whether nothing required is missing."""

    period = serializers.CharField()
    complete = serializers.BooleanField()
    prerequisites = PrerequisiteSerializer(many=True)


class PrerequisiteChangeSerializer(StrictSerializer):
    """Which one, or ALL, and its new status."""

    code = serializers.CharField(help_text="One of the period's prerequisites, or ALL")
    status = serializers.ChoiceField(PrerequisiteStatus.choices)
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class PrerequisitesView(ApiView):
    """The prerequisites of a period."""

    roles: ClassVar = {"GET": ALL_READERS | {Role.INTEGRATOR}, "POST": WRITERS}

    @extend_schema(
        operation_id="list_prerequisites",
        summary="The prerequisites of a period.",
        tags=["ledger"],
        responses=PrerequisitesSerializer,
    )
    def get(self, request: Request, code: str) -> Response:
        return Response(_shown(periods.get(code)))

    @extend_schema(
        operation_id="set_prerequisite",
        summary="Mark a prerequisite complete, or pending again.",
        tags=["ledger"],
        request=PrerequisiteChangeSerializer,
        responses=PrerequisitesSerializer,
    )
    def post(self, request: Request, code: str) -> Response:
        wanted = self.parse(PrerequisiteChangeSerializer)
        period = periods.get(code)
        done = wanted["status"] == PrerequisiteStatus.COMPLETED
        change = prerequisites.complete if done else prerequisites.reset
        change(period=period, code=wanted["code"], actor=actor(request), note=wanted["note"])
        return Response(_shown(period))


def _shown(period: AccountingPeriod) -> dict[str, Any]:
    kinds = {kind.code: kind for kind in PrerequisiteKind.objects.all()}
    rows = [
        {
            "code": found.code,
            "name": kinds[found.code].name if found.code in kinds else found.code,
            "required": found.code in kinds and kinds[found.code].required,
            "status": found.status,
            "completed_at": found.completed_at,
            "completed_by": found.completed_by.get_username() if found.completed_by else None,
            "note": found.note,
        }
        for found in Prerequisite.objects.filter(period=period).select_related("completed_by").order_by("code")
    ]
    missing = [row for row in rows if row["required"] and row["status"] != PrerequisiteStatus.COMPLETED]
    shown = {"period": period.code, "complete": not missing, "prerequisites": rows}
    return dict(PrerequisitesSerializer(shown).data)
