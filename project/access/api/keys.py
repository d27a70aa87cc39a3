"""`/api/v1/auth/api-keys`: a batch administrator makes, lists and revokes keys."""

from typing import Any, ClassVar

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from project.access import keys, queries
from project.access.models import ApiKey
from project.access.roles import Role
from project.api.errors import InvalidRequest
from project.api.pagination import Cursor
from project.api.schema import CURSOR_PARAMETERS, ErrorBody, page_of
from project.api.serializers import StrictSerializer
from project.api.views import ApiView

ADMINISTRATORS = {Role.BATCH_ADMIN}


class ApiKeySerializer(serializers.Serializer[ApiKey]):
    """A key as it may be shown."""

    prefix = serializers.CharField(help_text="The key's public part; names it in the audit trail")
    name = serializers.CharField()
    owner = serializers.CharField(source="owner.username")
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in Role]))
    origin = serializers.ChoiceField(ApiKey.Origin.choices)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="Exact to a minute")


class CreatedApiKeySerializer(ApiKeySerializer):
    """A new key, with the secret that is shown this once."""

    key = serializers.CharField(help_text="The whole key. It can't be shown again")


class NewApiKeySerializer(StrictSerializer):
    """What a new key needs."""

    name = serializers.CharField(max_length=100)
    roles = serializers.ListField(child=serializers.ChoiceField([role.value for role in Role]), allow_empty=False)
    owner = serializers.CharField(required=False, help_text="A user's name; the caller's own by default")
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class ApiKeyFilterSerializer(StrictSerializer):
    """How a list of keys can be narrowed."""

    owner = serializers.CharField(required=False)
    valid = serializers.BooleanField(required=False, allow_null=True, default=None)


class ApiKeysView(ApiView):
    """All keys, and making one."""

    roles: ClassVar = {"GET": ADMINISTRATORS | {Role.AUDITOR}, "POST": ADMINISTRATORS}
    cursor = Cursor("-id")

    @extend_schema(
        operation_id="list_api_keys",
        summary="API keys, the newest first.",
        tags=["access"],
        parameters=[ApiKeyFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(ApiKeySerializer),
    )
    def get(self, request: Request) -> Response:
        found = queries.api_keys(**self.parse_query(ApiKeyFilterSerializer))
        return Response(self.cursor.page(request, found, lambda key: ApiKeySerializer(key).data))

    @extend_schema(
        operation_id="create_api_key",
        summary="Make a key. The answer is the only time it is shown.",
        tags=["access"],
        request=NewApiKeySerializer,
        responses={201: CreatedApiKeySerializer},
    )
    def post(self, request: Request) -> Response:
        wanted = self.parse(NewApiKeySerializer)
        made = keys.create(
            name=wanted["name"],
            owner=_owner(request, wanted.get("owner")),
            roles=[Role(name) for name in wanted["roles"]],
            expires_at=wanted["expires_at"],
        )
        return Response(created(made), status=201)


class ApiKeyView(ApiView):
    """One key."""

    roles: ClassVar = {"DELETE": ADMINISTRATORS}

    @extend_schema(
        operation_id="revoke_api_key",
        summary="Revoke a key, at once and for good.",
        tags=["access"],
        request=None,
        responses={200: ApiKeySerializer, 409: OpenApiResponse(ErrorBody, description="It was revoked before.")},
    )
    def delete(self, request: Request, prefix: str) -> Response:
        return Response(ApiKeySerializer(keys.revoke(key=queries.api_key(prefix))).data)


def _owner(request: Request, name: str | None) -> User:
    if name is not None:
        owner = User.objects.filter(username=name).first()
        if owner is None:
            raise InvalidRequest.field("owner", "There is no user of this name.")
        return owner
    if not isinstance(request.user, User):
        raise InvalidRequest.field("owner", "Name the owner: this call was made without a key.")
    return request.user


def created(made: keys.NewKey) -> dict[str, Any]:
    """A new key as the API and `manage.py create_api_key --json` show it."""
    return {**ApiKeySerializer(made.key).data, "key": made.secret}
