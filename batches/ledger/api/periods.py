"""`/api/v1/periods`: the months of the books and their status."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.ledger.models import AccountingPeriod, PeriodStatus
from batches.ledger.services import periods
from project.access.roles import ALL_READERS, Role
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, ErrorBody, page_of
from project.api.serializers import StrictSerializer
from project.api.views import ApiView

REFUSED = OpenApiResponse(ErrorBody, "The move isn't legal now; the message says what is.")


class PeriodSerializer(serializers.Serializer[AccountingPeriod]):
    """A month of the books."""

    code = serializers.CharField(help_text="Like 2025-01")
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    status = serializers.ChoiceField(PeriodStatus.choices)
    status_changed_at = serializers.DateTimeField()


class NewPeriodSerializer(StrictSerializer):
    """Which month, and whether it takes entries at once."""

    code = serializers.CharField(help_text="Like 2025-01")
    status = serializers.ChoiceField([PeriodStatus.OPEN.value, PeriodStatus.FUTURE.value], default="OPEN")


class PeriodFilterSerializer(StrictSerializer):
    """How the list can be narrowed."""

    status = serializers.ChoiceField(PeriodStatus.choices, required=False)


class ReasonSerializer(StrictSerializer):
    """Why; kept in the audit trail."""

    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class RequiredReasonSerializer(StrictSerializer):
    """Why; kept in the audit trail."""

    reason = serializers.CharField(max_length=1000)


def actor(request: Request) -> User | None:
    """Who asks, for what a service keeps; None on an open network without a key."""
    return request.user if isinstance(request.user, User) else None


class PeriodsView(ApiView):
    """All periods, and making one."""

    roles: ClassVar = {"GET": ALL_READERS | {Role.INTEGRATOR}, "POST": {Role.BATCH_ADMIN}}
    cursor = Cursor("-start_date")

    @extend_schema(
        operation_id="list_periods",
        summary="Accounting periods, the latest first.",
        tags=["ledger"],
        parameters=[PeriodFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(PeriodSerializer),
    )
    def get(self, request: Request) -> Response:
        found = AccountingPeriod.objects.filter(**self.parse_query(PeriodFilterSerializer))
        return Response(self.cursor.page(request, found, lambda period: PeriodSerializer(period).data))

    @extend_schema(
        operation_id="create_period",
        summary="Make the period of a month with its prerequisites. One that is there is given back as it is.",
        tags=["ledger"],
        request=NewPeriodSerializer,
        responses={200: PeriodSerializer, 201: PeriodSerializer},
    )
    def post(self, request: Request) -> Response:
        wanted = self.parse(NewPeriodSerializer)
        status = PeriodStatus(wanted["status"])
        period, made = periods.ensure(wanted["code"], actor=actor(request), status=status)
        return Response(PeriodSerializer(period).data, status=201 if made else 200)


class PeriodView(ApiView):
    """One period."""

    roles: ClassVar = {"GET": ALL_READERS | {Role.INTEGRATOR}}

    @extend_schema(operation_id="get_period", summary="One period.", tags=["ledger"], responses=PeriodSerializer)
    def get(self, request: Request, code: str) -> Response:
        return Response(PeriodSerializer(periods.get(code)).data)


class _MoveView(ApiView):
    """A period takes another status."""

    roles: ClassVar = {"POST": {Role.BATCH_ADMIN}}
    body: ClassVar[type[StrictSerializer]] = ReasonSerializer
    move: ClassVar[Any]

    def _moved(self, request: Request, code: str) -> Response:
        reason = self.parse(self.body)["reason"]
        period = type(self).move(period=periods.get(code), actor=actor(request), reason=reason)
        return Response(PeriodSerializer(period).data)


class OpenView(_MoveView):
    """FUTURE to OPEN."""

    move = staticmethod(periods.open_period)

    @extend_schema(
        operation_id="open_period",
        summary="Let a future period take entries.",
        tags=["ledger"],
        request=ReasonSerializer,
        responses={200: PeriodSerializer, 409: REFUSED},
    )
    def post(self, request: Request, code: str) -> Response:
        return self._moved(request, code)


class CloseView(_MoveView):
    """OPEN or CLOSING to CLOSED."""

    move = staticmethod(periods.close)

    @extend_schema(
        operation_id="close_period",
        summary="Take no more entries. Refused while a batch of the period runs.",
        tags=["ledger"],
        request=ReasonSerializer,
        responses={200: PeriodSerializer, 409: REFUSED},
    )
    def post(self, request: Request, code: str) -> Response:
        return self._moved(request, code)


class LockView(_MoveView):
    """CLOSED to LOCKED."""

    move = staticmethod(periods.lock)

    @extend_schema(
        operation_id="lock_period",
        summary="Close for good. A locked period never reopens.",
        tags=["ledger"],
        request=ReasonSerializer,
        responses={200: PeriodSerializer, 409: REFUSED},
    )
    def post(self, request: Request, code: str) -> Response:
        return self._moved(request, code)


class ReopenView(_MoveView):
    """CLOSED to OPEN."""

    body = RequiredReasonSerializer
    move = staticmethod(periods.reopen)

    @extend_schema(
        operation_id="reopen_period",
        summary="Let the latest closed period take entries again.",
        tags=["ledger"],
        request=RequiredReasonSerializer,
        responses={200: PeriodSerializer, 409: REFUSED},
    )
    def post(self, request: Request, code: str) -> Response:
        return self._moved(request, code)
