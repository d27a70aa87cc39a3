"""The OpenAPI document: what every operation has in common is added here, once."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from project.access.permissions import needed_roles
from project.api.errors import TRANSFORM, ErrorCode, spelled_codes, tells_success
from project.api.pagination import DEFAULT_LIMIT, MAX_LIMIT
from project.api.shapes import forget_partial, may_be_absent

CURSOR_PARAMETERS = [
    OpenApiParameter("cursor", str, description="`next` of the page before; none for the first page"),
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        description="Rows a page",
    ),
]

COMMON = {
    "400": "A parameter or the body is wrong; `details.fields` says which and why.",
    "401": "No API key, or one that isn't valid.",
    "403": "The key or the user lacks the role.",
    "404": "There is no such thing.",
    "409": "Right in itself, and not possible in the present state.",
    "413": "The body is too large.",
    "415": "The body isn't `application/json`.",
    "429": "Too many requests; `Retry-After` says when to come again.",
    "500": "An error that nobody foresaw; `request_id` finds it in the log.",
    "503": "The database can't be reached, or something else that this needs is missing.",
}


class ErrorBody(serializers.Serializer[Any]):
    """The body of every answer that isn't a success."""

    error = serializers.ChoiceField(choices=[code.value for code in ErrorCode], help_text="Compare this")
    message = serializers.CharField(help_text="For people; may change")
    details = serializers.DictField(required=False, help_text="What exactly is wrong, by error")
    request_id = serializers.CharField(required=False, help_text="The same as in the header X-Request-ID")
    retry_after = serializers.IntegerField(required=False, help_text="With 429: seconds")
    contact = serializers.CharField(required=False, help_text="With 500: whom to ask, if the installation says")


class FailureBody(ErrorBody):
    """The same under /api/distributed, whose bodies all say whether they are a success."""

    success = serializers.ChoiceField(choices=[False])


class TransformErrorBody(ErrorBody):
    """The same under /api/v1/transform. `details` of a bad item are its `row`, counted from 0, `field` and `reason`."""

    error = serializers.ChoiceField(choices=spelled_codes(TRANSFORM), help_text="Compare this")


NAMES_NOTHING = OpenApiResponse(FailureBody, COMMON["404"])  # for names that stand elsewhere than in the path


def page_of(item: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The body of `Cursor.page` for rows of this serializer, for `@extend_schema(responses=...)`."""
    name = item.__name__.removesuffix("Serializer")
    return inline_serializer(
        f"{name}Page", {"results": item(many=True), "next": serializers.CharField(allow_null=True)}
    )


class OperationSchema(AutoSchema):
    """Adds the errors that an operation can have anyway, and the roles that it asks for."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        operation = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        responses: dict[str, Any] = operation["responses"]
        for status in self._common(operation):
            responses.setdefault(status, self._error(COMMON[status]))
        operation["responses"] = dict(sorted(responses.items()))
        if "requestBody" in operation:
            body = self.get_request_serializer()
            forget_partial(body)
            if may_be_absent(body):
                operation["requestBody"]["required"] = False
        if roles := sorted(needed_roles(self.view, self.method)):
            operation["x-roles"] = roles
        return operation

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Either of the schemes: what one authentication class takes stands in one object, which would mean all."""
        return [{name: scopes} for either in super().get_auth() for name, scopes in either.items()]

    def get_description(self) -> str:  # type: ignore[override]
        text = str(super().get_description() or "")
        roles = sorted(needed_roles(self.view, self.method))
        return f"{text}\n\nRoles: {', '.join(roles)}.".strip() if roles else text

    def _common(self, operation: Mapping[str, Any]) -> list[str]:
        parameters: Sequence[Mapping[str, Any]] = operation.get("parameters", [])
        found = ["500"]
        if self.view.authentication_classes:
            found += ["401", "403", "503"]
        if self.view.throttle_classes:
            found += ["429", "503"]
        if self.method not in {"GET", "HEAD"}:
            found.append("409")
        if "requestBody" in operation:
            found += ["400", "413", "415"]
        if any(parameter["in"] == "query" for parameter in parameters):
            found.append("400")
        if in_path := [parameter["schema"] for parameter in parameters if parameter["in"] == "path"]:
            found.append("404")
            found += ["400" for schema in in_path if schema.get("format") == "uuid"]
        return found

    def _error(self, description: str) -> dict[str, Any]:
        body = _body(self.path)
        reference = self.resolve_serializer(body, "response").ref
        return {"description": description, "content": {"application/json": {"schema": reference}}}


def _body(path: str) -> type[ErrorBody]:
    if tells_success(path):
        return FailureBody
    return TransformErrorBody if path.startswith(f"{TRANSFORM}/") else ErrorBody


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The two headers that `ApiKeyAuthentication` takes."""

    target_class = "project.access.authentication.ApiKeyAuthentication"
    name = ["bearer", "apiKey"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, Any]]:
        return [{"type": "http", "scheme": "bearer"}, {"type": "apiKey", "in": "header", "name": "X-API-Key"}]


def add_headers(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing hook: every response has `X-Request-ID`, and a 429 says when to come again."""
    headers = result.setdefault("components", {}).setdefault("headers", {})
    headers["RequestId"] = {"description": "Finds the call in logs and audit trail", "schema": {"type": "string"}}
    headers["RetryAfter"] = {"description": "Seconds until the next try", "schema": {"type": "integer"}}
    for path in result.get("paths", {}).values():
        for operation in path.values():
            for status, response in operation.get("responses", {}).items():
                found = response.setdefault("headers", {})
                found["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
                if status == "429":
                    found["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return result
