"""How an attempt ends: what a handler returned or raised, as the result that is reported."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from project.api.nesting import TOO_DEEP, is_too_deep
from project.postgres.errors import database_error
from workers.claims import Result
from workers.handlers import Claim, Permanent, PutOff, StaleClaim, Stopped
from workers.runtime.tasks import result

log = structlog.get_logger("workers")

LONGEST_ERROR = 4000
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False)


def completed(claim: Claim, output: Any) -> Result:
    """The handler returned. An output that can't be kept fails the job: another attempt would give the same."""
    if output is None:
        return Result(claim.job_id, claim.fence, "completed")
    try:
        return Result(claim.job_id, claim.fence, "completed", json_text(output))
    except Permanent as error:
        return ended(claim, error)  # type: ignore[return-value]  # only a stale claim has no result


def ended(claim: Claim, error: BaseException) -> Result | None:
    """The handler raised; None when the claim was taken away, so that there is nobody to report to."""
    if isinstance(error, Stopped):
        return result(claim, "release")
    if isinstance(error, PutOff):
        return replace(result(claim, "release", bounded(str(error))), until=error.until)
    if isinstance(error, Permanent):
        log.warning("job failed for good", job=claim.job_id, type=claim.type, attempt=claim.attempt, error=str(error))
        return result(claim, "fail", bounded(str(error) or "failed for good"))
    if is_stale(error):
        log.info("claim dropped: the job was taken away", job=claim.job_id, claim=claim.fence)
        return None
    log.warning("attempt failed", job=claim.job_id, type=claim.type, attempt=claim.attempt, exc_info=error)
    return result(claim, "retry", bounded(f"{type(error).__name__}: {error}"))


def of_batch(claims: Sequence[Claim], outputs: Any) -> list[Result]:
    """The results of a handler that took several claims. Raises `Permanent` unless it gave an output for each."""
    if not isinstance(outputs, Sequence) or len(outputs) != len(claims):
        raise Permanent(f"The handler must return a list of {len(claims)} outputs, one for each claim in their order.")
    return [completed(claim, output) for claim, output in zip(claims, outputs, strict=True)]


def all_ended(claims: Iterable[Claim], error: BaseException) -> list[Result]:
    """`ended` for each of them, without those that nobody waits for."""
    return [found for claim in claims if (found := ended(claim, error)) is not None]


def is_stale(error: BaseException) -> bool:
    """Whether SQLSTATE TU001 is behind it, as our error or as the driver's."""
    cause = database_error(error)
    return isinstance(error, StaleClaim) or (cause is not None and cause.sqlstate == "TU001")


def json_text(output: Any) -> str:
    """JSON text that jsonb takes. Raises `Permanent` for what it doesn't."""
    try:
        text = ENCODER.encode(output)
        text.encode()
    except RecursionError:
        raise Permanent(f"The handler's output {TOO_DEEP}.") from None
    except (TypeError, ValueError) as error:
        raise Permanent(f"The handler's output is not JSON: {error}") from error
    if is_too_deep(output, text):
        raise Permanent(f"The handler's output {TOO_DEEP}.")
    if "\\u0000" in text and NUL.search(text):
        raise Permanent("The handler's output has a NUL character, which jsonb can't hold.")
    return text


def bounded(text: str) -> str:
    """As the database can hold it: without NUL, and without halves of characters."""
    return text[:LONGEST_ERROR].replace("\0", "").encode("utf-8", "replace").decode()
