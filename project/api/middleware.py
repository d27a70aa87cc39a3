"""Gives each request an id and a caller, and writes one log line about it."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from project.api import context
from project.api.addresses import client_address
from project.api.context import Caller
from project.api.streaming import stream_asynchronously

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
USER_AGENT_LENGTH = 300
PROBES = {"/health", "/ready", "/metrics"}

Handler = Callable[[HttpRequest], HttpResponseBase]

log = structlog.get_logger("request")


def request_context(get_response: Handler) -> Handler:
    """The outermost middleware: all others, and what they log, know the caller."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with _context(request) as caller:
            return _finished(request, get_response(request), caller)

    return answer


@contextmanager
def _context(request: HttpRequest) -> Iterator[Caller]:
    _measure_chunked(request)
    caller = Caller(
        request_id=_request_id(request.headers.get("X-Request-ID", "")),
        address=client_address(
            request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""), settings.TRUSTED_PROXIES
        ),
        user_agent=request.headers.get("User-Agent", "").replace("\0", "")[:USER_AGENT_LENGTH],
        request=request,
        started=time.monotonic(),
    )
    token = context.enter(caller)
    with structlog.contextvars.bound_contextvars(request_id=caller.request_id):
        try:
            yield caller
        finally:
            context.leave(token)


def _finished(request: HttpRequest, response: HttpResponseBase, caller: Caller) -> HttpResponseBase:
    response["X-Request-ID"] = caller.request_id or ""
    if isinstance(request, ASGIRequest):
        stream_asynchronously(response)
    quiet = request.path in PROBES or request.path.startswith(settings.STATIC_URL)
    write = log.debug if quiet else log.info
    write(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        milliseconds=round((time.monotonic() - caller.started) * 1000, 1),
        address=caller.address,
        key=caller.key_prefix or None,
    )
    return response


def _request_id(given: str) -> str:
    return given if REQUEST_ID.fullmatch(given) else f"req-{secrets.token_hex(8)}"


def _measure_chunked(request: HttpRequest) -> None:
    """DRF takes a body without a length for an empty one; Django has read it already and can tell its length."""
    if isinstance(request, ASGIRequest) and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        body = request._stream
        length = body.seek(0, 2)
        body.seek(0)
        request.META["CONTENT_LENGTH"] = str(length)
