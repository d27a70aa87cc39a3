"""Everything that can go wrong, turned into the one error body: DRF's exceptions, Django's, the database's, ours."""

from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, JsonResponse
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.settings import api_settings

from project.api.errors import (
    ApiError,
    Forbidden,
    InvalidRequest,
    NotFound,
    PayloadTooLarge,
    TooManyRequests,
)
from project.postgres.errors import api_error

log = structlog.get_logger("api")


def exception_handler(error: Exception, context: dict[str, object]) -> Response:  # noqa: ARG001 - DRF's signature
    """DRF's EXCEPTION_HANDLER: never gives None, so that no exception leaves a view."""
    known = understood(error)
    return Response(known.body(), status=known.status, headers=known.headers)


def error_response(error: ApiError) -> JsonResponse:
    """The same body for what happens outside DRF."""
    return JsonResponse(error.body(), status=error.status, headers=error.headers)


def understood(error: BaseException) -> ApiError:
    """The product's error for any exception. What nobody foresaw is logged with its traceback, and shown as a 500."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, drf.APIException):
        return _of_drf(error)
    if isinstance(error, Http404):
        return NotFound(str(error) or "There is no such thing.")
    if isinstance(error, RequestDataTooBig):
        return too_large()
    if isinstance(error, PermissionDenied):
        return Forbidden(str(error) or "This isn't allowed.")
    if isinstance(error, SuspiciousOperation):
        return InvalidRequest("The request can't be read.")
    return api_error(error) or unforeseen(error)


def unforeseen(error: BaseException | None) -> ApiError:
    """A 500. Its request id is what finds the traceback in the log."""
    log.error("unforeseen error", exc_info=error or True)
    contact = {"contact": settings.SUPPORT_CONTACT} if settings.SUPPORT_CONTACT else {}
    return ApiError("An unexpected error occurred", members=contact)


def too_large() -> PayloadTooLarge:
    """A 413 that says how much would have been taken."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return PayloadTooLarge(f"The body is larger than {limit} bytes.", details={"max_bytes": limit})


def _of_drf(error: drf.APIException) -> ApiError:
    if isinstance(error, drf.ValidationError):
        return _invalid(error)
    if isinstance(error, drf.Throttled):
        return TooManyRequests.after(int(getattr(error, "wait", None) or 1))
    if isinstance(error, drf.NotAuthenticated | drf.AuthenticationFailed):
        return _unauthenticated(error)
    if isinstance(error, drf.ParseError):
        return InvalidRequest(str(error.detail))
    if isinstance(error, drf.UnsupportedMediaType):
        return ApiError.of(415, f"{error.detail} Send application/json.")
    return ApiError.of(error.status_code, str(error.detail))


def _unauthenticated(error: drf.APIException) -> ApiError:
    # DRF turns these into a 403 when no authenticator has a challenge; the header it sets is the challenge
    challenge = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return ApiError.of(401, "Invalid or missing API key", headers=headers)


def _invalid(error: drf.ValidationError) -> InvalidRequest:
    reasons = _by_field(error.detail)
    field, texts = next(iter(reasons.items()))
    named = {name: given for name, given in reasons.items() if name}
    message = f"{field}: {texts[0]}" if field else texts[0]
    return InvalidRequest(message, details={"fields": named} if named else None)


def _by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested details as `{"jobs.2.key": [reason]}`; what belongs to no field is under the empty name."""
    if isinstance(detail, dict):
        parts = [
            (path if name == api_settings.NON_FIELD_ERRORS_KEY else _join(path, name), detail[name]) for name in detail
        ]
    elif any(isinstance(item, dict | list) for item in detail):
        parts = [(_join(path, str(position)), item) for position, item in enumerate(detail) if item]
    else:
        return {path: [str(item) for item in detail]}
    return {field: texts for name, item in parts for field, texts in _by_field(item, name).items()}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
