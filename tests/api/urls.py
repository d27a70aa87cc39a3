"""The product's addresses and, before them, views that go wrong in each way there is."""

from typing import ClassVar

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from project.access.roles import EVERYONE, Role
from project.access.throttles import TokenBucket
from project.api import errors, pages
from project.api.serializers import StrictSerializer
from project.api.views import ApiView
from project.postgres import sql


class LineSerializer(StrictSerializer):
    fund = serializers.CharField()


class BodySerializer(StrictSerializer):
    name = serializers.CharField(max_length=5)
    count = serializers.IntegerField(required=False)
    lines = LineSerializer(many=True, required=False)
    extra = serializers.DictField(required=False)


class EchoView(ApiView):
    roles: ClassVar = {"GET": EVERYONE, "POST": {Role.BATCH_ADMIN}}

    def get(self, request: Request) -> Response:
        return Response(self.parse_query(BodySerializer))

    def post(self, request: Request) -> Response:
        return Response(self.parse(BodySerializer))

    def put(self, request: Request) -> Response:  # without roles
        return Response()


class RaisingView(ApiView):
    """Raises what the address names."""

    roles: ClassVar = {"GET": EVERYONE}

    def get(self, request: Request, what: str) -> Response:
        return Response(RAISERS[what]())


class ThrottledView(ApiView):
    roles: ClassVar = {"GET": EVERYONE, "POST": EVERYONE}
    buckets: ClassVar = {"POST": TokenBucket("test", rate=0.01, burst=2)}

    def get(self, request: Request) -> Response:
        return Response()

    def post(self, request: Request) -> Response:
        return Response()


def _raise(error: BaseException) -> None:
    raise error


RAISERS = {
    "ours": lambda: _raise(errors.Conflict("It runs already.", details={"batch_id": "2025-01-MONTHEND"})),
    "http404": lambda: _raise(Http404("No such batch.")),
    "denied": lambda: _raise(PermissionDenied()),
    "suspicious": lambda: _raise(SuspiciousOperation("secret detail")),
    "bug": lambda: _raise(RuntimeError("secret detail")),
    "routine": lambda: sql.execute("DO $$BEGIN RAISE EXCEPTION USING ERRCODE = 'TU302', MESSAGE = 'No.'; END$$"),
    "orm": lambda: Group.objects.create(name="x" * 200),
    "server-gone": lambda: sql.value("SELECT pg_terminate_backend(pg_backend_pid())"),
    "divide": lambda: sql.value("SELECT 1 / 0"),
}


def plain(request: HttpRequest, what: str) -> HttpResponse:
    """A Django view that isn't DRF's."""
    RAISERS[what]()
    return HttpResponse(status=204)


def needs_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [
    path("api/test/echo", EchoView.as_view()),
    path("api/test/raise/<str:what>", RaisingView.as_view()),
    path("api/test/throttled", ThrottledView.as_view()),
    path("api/test/plain/<str:what>", plain),
    path("api/test/form", needs_token),
    path("page/<str:what>", plain),
    path("", include("project.urls")),
]

handler400 = pages.bad_request
handler403 = pages.forbidden
handler404 = pages.not_found
handler500 = pages.server_error
