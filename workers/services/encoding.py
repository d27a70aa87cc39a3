"""Jobs as the routines of submission take them: two JSON texts, with what many jobs share written once."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from project.api.errors import ErrorCode, InvalidRequest
from project.api.nesting import TOO_DEEP, is_too_deep
from workers import handlers, requirements
from workers.services.specs import DEFAULT_QUEUE, Dependency, JobSpec

# for job types that this process has no handler of
MAX_ATTEMPTS = 3
BACKOFF_SECONDS = 1.0
# a JSON escape that PostgreSQL's texts can't hold, after an even number of backslashes
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Kind(NamedTuple):
    """The options of a job that others are likely to have as well."""

    type: str
    queue: str
    priority: str
    requires: tuple[str, ...]
    max_attempts: int | None
    backoff_seconds: float | None
    timeout_seconds: float | None

    @classmethod
    def of(cls, job: JobSpec, queue: str) -> "Kind":
        """The kind of a job; `queue` when it names none."""
        return cls(
            job.type,
            queue if job.queue == DEFAULT_QUEUE else job.queue,
            job.priority,
            job.requires,
            job.max_attempts,
            job.backoff_seconds,
            job.timeout_seconds,
        )

    def document(self, job: str) -> dict[str, Any]:
        """With what the handler of the type says about options left out. Raises `InvalidRequest` naming the job."""
        known = handlers.registered(self.type)
        try:
            labels, comparisons = requirements.parse(self.requires)
        except requirements.BadRequirement as error:
            raise invalid_option(job, "requires", str(error)) from None
        return {
            "type": self.type,
            "queue": self.queue,
            "priority": self.priority,
            "labels": labels,
            "comparisons": comparisons,
            "internal": known is not None and known.internal,
            "max_attempts": _first(self.max_attempts, known.max_attempts if known else MAX_ATTEMPTS),
            "backoff_seconds": _first(self.backoff_seconds, known.backoff_seconds if known else BACKOFF_SECONDS),
            "timeout_seconds": _first(self.timeout_seconds, known.timeout_seconds if known else None),
        }


class Encoded(NamedTuple):
    """`kinds` are the options that jobs share; a job names its kind by place, counted from 1."""

    kinds: str
    jobs: str
    asked: list[Kind]  # the same before handlers' defaults

    def digest(self, workflow: str, parallelism: int | None) -> bytes:
        """What tells a request from another one: SHA-256 of all that it says."""
        return hashlib.sha256(
            orjson.dumps([workflow, parallelism, self.asked], default=tuple) + self.jobs.encode()
        ).digest()


def encode(jobs: Sequence[JobSpec], queue: str = DEFAULT_QUEUE) -> Encoded:
    """The jobs as workers.insert_jobs takes them. `queue` is for jobs that name none.

    Raises `InvalidRequest` naming the job for a payload that is too large or isn't JSON, and for requirements that
    can't be read.
    """
    places: dict[Kind, int] = {}
    kinds: list[dict[str, Any]] = []
    documents: list[dict[str, Any]] = []
    for job in jobs:
        kind = Kind.of(job, queue)
        if kind not in places:
            places[kind] = len(places) + 1
            kinds.append(kind.document(job.key))
        documents.append(_document(job, places[kind]))
    return Encoded(_text("jobs", kinds).decode(), _text("jobs", documents).decode(), list(places))


def payload(job: str, document: Any) -> bytes:
    """JSON of a payload within the limits of size and depth."""
    text = _text(f'Job "{job}": payload', document)
    if is_too_deep(document, text):
        raise invalid_option(job, "payload", TOO_DEEP)
    if len(text) > settings.JOB_MAX_PAYLOAD_BYTES:
        raise invalid_option(
            job,
            "payload",
            f"is {len(text)} bytes; at most {settings.JOB_MAX_PAYLOAD_BYTES} are taken. Pass a reference to the data",
        )
    return text


def document(name: str, content: Any) -> bytes:
    """JSON that jsonb can hold. Raises `InvalidRequest` naming it for what isn't."""
    text = _text(name, content)
    if is_too_deep(content, text):
        raise InvalidRequest.field(name, f"{TOO_DEEP}.")
    return text


def invalid_option(job: str, option: str, reason: str) -> InvalidRequest:
    """An option of a job is out of range."""
    details = {"job": job, "option": option}
    return InvalidRequest(f'Job "{job}": {option} {reason}.', code=ErrorCode.INVALID_OPTION, details=details)


def _document(job: JobSpec, kind: int) -> dict[str, Any]:
    document: dict[str, Any] = {"key": job.key, "kind": kind, "payload": orjson.Fragment(payload(job.key, job.payload))}
    if job.name is not None:
        document["name"] = job.name
    if job.run_at is not None:
        document["run_at"] = job.run_at
    if job.delay_seconds is not None:
        document["delay_seconds"] = job.delay_seconds
    if job.depends_on:
        document["depends_on"] = [_edge(edge) for edge in job.depends_on]
    return document


def _edge(edge: Dependency | str) -> dict[str, str]:
    if isinstance(edge, Dependency):
        return {"key": edge.key, "on_failure": edge.on_failure}
    return {"key": edge}


def _text(what: str, document: Any) -> bytes:
    """Raises `InvalidRequest` for what is no JSON, and for texts that PostgreSQL can't keep."""
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:  # numbers beyond 64 bits, among what is right
        text = _slow_text(what, document)
    if b"\\u0000" in text and _NUL.search(text):
        raise InvalidRequest(f"{what} has a NUL character (\\u0000) in a text. Leave it out.")
    return text


def _slow_text(what: str, document: Any) -> bytes:
    try:
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise InvalidRequest(f"{what} {TOO_DEEP}.") from None
    except (TypeError, ValueError):
        raise InvalidRequest(f"{what} is not JSON, or its texts are not Unicode.") from None


def _first(chosen: float | None, default: float | None) -> float | None:
    return default if chosen is None else chosen
