"""Answers outside DRF: addresses that nobody serves, and what Django itself refuses."""

import sys

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from project.api.errors import Forbidden, InvalidRequest, NotFound
from project.api.handlers import error_response, understood, unforeseen


@csrf_exempt
def unknown_path(request: HttpRequest) -> HttpResponse:
    """The last route under /api: also with DEBUG on, where Django would show its own page."""
    return error_response(NotFound(f"There is no {request.path}. /api/docs/ lists what there is."))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler400: a host that isn't ours, a broken header, a body that is too large."""
    if not _is_api(request):
        return defaults.bad_request(request, exception)
    known = understood(exception)
    return error_response(known if known.status < 500 else InvalidRequest("The request can't be read."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler403."""
    return error_response(understood(exception)) if _is_api(request) else defaults.permission_denied(request, exception)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """CSRF_FAILURE_VIEW."""
    from django.views import csrf

    if _is_api(request):
        return error_response(Forbidden(f"CSRF failed: {reason}"))
    return csrf.csrf_failure(request, reason)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404."""
    if _is_api(request):
        return error_response(NotFound("There is no such thing."))
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500: Django calls it while the exception is being handled, so the traceback is at hand."""
    raised = sys.exc_info()[1]
    error = understood(raised) if raised else unforeseen(None)
    return error_response(error) if _is_api(request) else defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/health", "/ready", "/metrics"))
