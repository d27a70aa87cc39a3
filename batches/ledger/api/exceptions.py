"""`/api/v1/periods/{code}/exceptions`: who may post into a closed period, why and until when."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from batches.ledger import queries
from batches.ledger.api.periods import actor
from batches.ledger.models import PeriodException
from batches.ledger.services import periods
from project.access.roles import ALL_READERS, Role
from project.api.errors import InvalidRequest, NotFound
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, page_of
from project.api.serializers import StrictSerializer
from project.api.views import ApiView


class PeriodExceptionSerializer(serializers.Serializer[PeriodException]):
    """Leave for one user, with what was posted under it."""

    id = serializers.IntegerField()
    period = serializers.CharField(source="period.code")
    user = serializers.CharField(source="user.username")
    reason = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    batches = serializers.SerializerMethodField(help_text="Batches that were committed under it")

    def get_batches(self, exception: PeriodException) -> list[str]:
        return queries.posted_under(exception)


class NewPeriodExceptionSerializer(StrictSerializer):
    """Who, why and until when, at most 31 days on."""

    user = serializers.CharField(help_text="A user's name")
    reason = serializers.CharField(max_length=1000)
    ends_at = serializers.DateTimeField()
    starts_at = serializers.DateTimeField(required=False, help_text="Now by default")


class ExceptionsView(ApiView):
    """The exceptions of a period, and granting one."""

    roles: ClassVar = {"GET": ALL_READERS, "POST": {Role.BATCH_ADMIN}}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_period_exceptions",
        summary="Exceptions of a period, the newest first.",
        tags=["ledger"],
        parameters=CURSOR_PARAMETERS,
        responses=page_of(PeriodExceptionSerializer),
    )
    def get(self, request: Request, code: str) -> Response:
        self.parse_query(StrictSerializer)
        found = PeriodException.objects.filter(period=periods.get(code)).select_related("period", "user")
        return Response(self.cursor.page(request, found, _shown))

    @extend_schema(
        operation_id="grant_period_exception",
        summary="Let one user post into a closed or locked period for a while.",
        tags=["ledger"],
        request=NewPeriodExceptionSerializer,
        responses={201: PeriodExceptionSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        wanted = self.parse(NewPeriodExceptionSerializer)
        user = User.objects.filter(username=wanted.pop("user")).first()
        if user is None:
            raise InvalidRequest.field("user", "There is no such user.")
        granted = periods.grant_exception(period=periods.get(code), user=user, actor=actor(request), **wanted)
        return Response(_shown(granted), status=201)


class ExceptionView(ApiView):
    """One exception."""

    roles: ClassVar = {"DELETE": {Role.BATCH_ADMIN}}

    @extend_schema(
        operation_id="revoke_period_exception",
        summary="End an exception now. It stays in the list.",
        tags=["ledger"],
        responses={200: PeriodExceptionSerializer},
    )
    def delete(self, request: Request, code: str, pk: int) -> Response:
        found = PeriodException.objects.select_related("period", "user").filter(period__code=code, pk=pk).first()
        if found is None:
            raise NotFound(f"Period {code} has no exception {pk}.")
        return Response(_shown(periods.revoke_exception(exception=found, actor=actor(request))))


def _shown(exception: PeriodException) -> dict[str, Any]:
    return dict(PeriodExceptionSerializer(exception).data)
