"""The errors of the API: one enum of codes, one exception per HTTP status, one body.

Services and queries raise these; `project.api.handlers` turns them, and everything else that can go wrong, into
`{"error": CODE, "message": text}` with `details` and `request_id` where useful. Under /api/distributed each body begins
with `"success": false`, and under /api/v1/transform codes are in small letters, as those contracts want.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Self

from project.api import context

DISTRIBUTED = "/api/distributed"
TRANSFORM = "/api/v1/transform"


class ErrorCode(StrEnum):
    """Every value that `error` can have. Clients compare these, never the message."""

    # any endpoint
    INVALID_REQUEST = "INVALID_REQUEST"
    INVALID_CURSOR = "INVALID_CURSOR"
    UNAUTHORIZED = "UNAUTHORIZED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    CONFLICT = "CONFLICT"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    RATE_LIMIT_EXCEEDED = "RATE_LIMIT_EXCEEDED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    NOT_READY = "NOT_READY"

    # access
    AUDIT_IS_APPEND_ONLY = "AUDIT_IS_APPEND_ONLY"

    # engine
    STALE_CLAIM = "STALE_CLAIM"
    WORKER_NOT_REGISTERED = "WORKER_NOT_REGISTERED"
    NO_JOBS = "NO_JOBS"
    DUPLICATE_JOB = "DUPLICATE_JOB"
    UNKNOWN_DEPENDENCY = "UNKNOWN_DEPENDENCY"
    DEPENDENCY_CYCLE = "DEPENDENCY_CYCLE"
    DUPLICATE_DEPENDENCY = "DUPLICATE_DEPENDENCY"
    INVALID_OPTION = "INVALID_OPTION"
    TOO_MANY_JOBS = "TOO_MANY_JOBS"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    EXECUTION_NOT_ENDED = "EXECUTION_NOT_ENDED"
    NOTHING_TO_RETRY = "NOTHING_TO_RETRY"
    PARENT_NOT_COMPLETED = "PARENT_NOT_COMPLETED"

    # month-end
    BATCH_RUNNING = "BATCH_RUNNING"
    ALREADY_POSTED = "ALREADY_POSTED"
    ILLEGAL_TRANSITION = "ILLEGAL_TRANSITION"
    PREREQUISITES_MISSING = "PREREQUISITES_MISSING"
    SOURCE_CHANGED = "SOURCE_CHANGED"
    NOT_PROVED = "NOT_PROVED"
    CERTIFICATE_IS_FINAL = "CERTIFICATE_IS_FINAL"

    # ledger
    JOURNAL_IS_APPEND_ONLY = "JOURNAL_IS_APPEND_ONLY"
    PERIOD_NOT_OPEN = "PERIOD_NOT_OPEN"
    ATTACH_REFUSED = "ATTACH_REFUSED"
    IMPORT_FAILED = "IMPORT_FAILED"

    # reconciliation
    INVALID_TABLE = "INVALID_TABLE"
    RECONCILIATION_DISABLED = "RECONCILIATION_DISABLED"
    JOB_NOT_FOUND = "JOB_NOT_FOUND"
    MISMATCH_NOT_FOUND = "MISMATCH_NOT_FOUND"
    INVALID_STATUS_TRANSITION = "INVALID_STATUS_TRANSITION"
    MISMATCH_CHANGED = "MISMATCH_CHANGED"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    SCHEMA_CHANGED = "SCHEMA_CHANGED"
    UNCOMPARABLE_TYPE = "UNCOMPARABLE_TYPE"
    REPAIR_REFUSED = "REPAIR_REFUSED"

    # batch processor
    BATCH_EXISTS = "BATCH_EXISTS"
    BATCH_NOT_FINISHED = "BATCH_NOT_FINISHED"
    QUEUE_FULL = "QUEUE_FULL"
    NO_MODEL = "NO_MODEL"
    INVALID_MODEL = "INVALID_MODEL"


def tells_success(path: str) -> bool:
    """Whether bodies at this address have the member `success`."""
    return _below(path, DISTRIBUTED)


def spelled(code: ErrorCode, path: str) -> str:
    """The code as the contract of this address has it."""
    if not _below(path, TRANSFORM):
        return code.value
    return "validation_error" if code is ErrorCode.INVALID_REQUEST else code.value.lower()


def spelled_codes(path: str) -> list[str]:
    """Every value that `error` can have at this address."""
    return [spelled(code, path) for code in ErrorCode]


def _below(path: str, root: str) -> bool:
    return path == root or path.startswith(f"{root}/")


class ApiError(Exception):
    """An answer other than success. `message` is for people and safe to show; `details` is a JSON object.

    `members` are further top-level members of the body, for contracts that want them there.
    """

    status: int = 500
    default_code: ClassVar[ErrorCode] = ErrorCode.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | None = None,
        details: Mapping[str, Any] | None = None,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.details = dict(details) if details is not None else None
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    @classmethod
    def of(cls, status: int, message: str, **more: Any) -> "ApiError":
        """The error of an HTTP status; `more` as for the constructor. A status without a class of its own is kept."""
        error = _BY_STATUS.get(status, ApiError)(message, **more)
        error.status = status
        return error

    def body(self) -> dict[str, Any]:
        """The JSON body, with the id of the request that is being answered."""
        caller = context.caller()
        path = caller.request.path if caller.request is not None else ""
        body: dict[str, Any] = {"error": spelled(self.code, path), "message": self.message, **self.members}
        if tells_success(path):
            body = {"success": False, **body}
        if self.details is not None:
            body["details"] = self.details
        if caller.request_id:
            body["request_id"] = caller.request_id
        return body


class InvalidRequest(ApiError):
    """400: the request is malformed or a value in it can't be used; `details.fields` names which."""

    status = 400
    default_code = ErrorCode.INVALID_REQUEST

    @classmethod
    def field(cls, name: str, reason: str) -> Self:
        """One field is wrong."""
        return cls(f"{name}: {reason}", details={"fields": {name: [reason]}})


class Unauthenticated(ApiError):
    """401: no key, or one that isn't valid (any more)."""

    status = 401
    default_code = ErrorCode.UNAUTHORIZED


class Forbidden(ApiError):
    """403: the caller is known, and may not do this."""

    status = 403
    default_code = ErrorCode.FORBIDDEN


class NotFound(ApiError):
    """404: no such thing, or no such path."""

    status = 404
    default_code = ErrorCode.NOT_FOUND


class MethodNotAllowed(ApiError):
    """405: the path exists and doesn't take this method."""

    status = 405
    default_code = ErrorCode.METHOD_NOT_ALLOWED


class Conflict(ApiError):
    """409: right in itself, and not possible in the present state."""

    status = 409
    default_code = ErrorCode.CONFLICT


class PayloadTooLarge(ApiError):
    """413: the body is larger than the server takes."""

    status = 413
    default_code = ErrorCode.PAYLOAD_TOO_LARGE


class UnsupportedMedia(ApiError):
    """415: the body's content type isn't JSON."""

    status = 415
    default_code = ErrorCode.UNSUPPORTED_MEDIA_TYPE


class TooManyRequests(ApiError):
    """429: a rate limit; says when to come again in the header, at the top of the body and in the details."""

    status = 429
    default_code = ErrorCode.RATE_LIMIT_EXCEEDED

    @classmethod
    def after(cls, seconds: int) -> Self:
        """The caller may try again in this many whole seconds."""
        unit = "second" if seconds == 1 else "seconds"
        return cls(
            f"Rate limit exceeded. Try again in {seconds} {unit}.",
            details={"retry_after": seconds},
            members={"retry_after": seconds},
            headers={"Retry-After": str(seconds)},
        )


class NotReady(ApiError):
    """503: something this needs is missing or down."""

    status = 503
    default_code = ErrorCode.NOT_READY


_BY_STATUS: dict[int, type[ApiError]] = {
    error.status: error
    for error in (
        InvalidRequest,
        Unauthenticated,
        Forbidden,
        NotFound,
        MethodNotAllowed,
        Conflict,
        PayloadTooLarge,
        UnsupportedMedia,
        TooManyRequests,
        NotReady,
    )
}
