"""How DRF and drf-spectacular are set up."""

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "project.access.authentication.ApiKeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["project.access.permissions.HasRole"],
    "DEFAULT_THROTTLE_CLASSES": ["project.access.throttles.BucketThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["project.api.rendering.ExactJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["project.api.parsers.JsonParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "project.api.negotiation.OneForm",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "project.api.schema.OperationSchema",
    "EXCEPTION_HANDLER": "project.api.handlers.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of our own, where an endpoint has it
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

DESCRIPTION = """\
Month-end close and the other batch jobs of a takaful insurer, on PostgreSQL.

Send an API key as `Authorization: Bearer KEY` or `X-API-Key: KEY`. Each endpoint names the roles that may use it. Every
error has the same body: `{"error": CODE, "message": text}`, with `details` and `request_id` where they help.
Every answer carries `X-Request-ID`; send your own to find a call again in logs and audit trail."""


def spectacular(version: str) -> dict[str, Any]:
    """SPECTACULAR_SETTINGS."""
    return {
        "TITLE": "Tutup",
        "DESCRIPTION": DESCRIPTION,
        "VERSION": version,
        "OAS_VERSION": "3.1.0",
        "SERVE_INCLUDE_SCHEMA": False,
        "SERVE_PUBLIC": True,
        "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
        "SERVE_AUTHENTICATION": [],
        "SCHEMA_PATH_PREFIX": r"/api(/v1)?",
        "COMPONENT_SPLIT_REQUEST": True,
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "REDOC_DIST": "SIDECAR",
        # without the hook that names enumerations: two rooms may each have their own `status`
        "POSTPROCESSING_HOOKS": ["project.api.schema.add_headers", "project.api.shapes.name_as_the_contract"],
    }
