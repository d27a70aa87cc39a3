"""One attempt: a handler is run, and how it ends becomes a report."""

import json
import logging
from collections.abc import Callable
from typing import Any

from workers.client.jobs import Job, Lost, Permanent, Stopped
from workers.client.reports import Report, plain

log = logging.getLogger("tutup.worker")


def attempt(work: Callable[[Job], Any] | None, job: Job) -> Report | None:
    """None when the claim was taken away, so that there is nobody to report to."""
    try:
        if work is None:
            raise Permanent(f'This worker has no handler for the job type "{job.type}".')
        return Report(job=job, outcome="complete", more={"output": _checked(work(job))})
    except Stopped:
        return Report(job=job, outcome="release", more={})
    except Lost:
        return None
    except BaseException as error:  # sys.exit() ends the attempt as well, and never the slot
        log.warning("%s failed", job.id, exc_info=True)
        permanent = isinstance(error, Permanent)
        return Report(job=job, outcome="fail", more={"error": _said(error, permanent), "permanent": permanent})


def _said(error: BaseException, permanent: bool) -> str:
    try:
        return plain(str(error) if permanent else f"{type(error).__name__}: {error}")
    except Exception:  # noqa: BLE001 - the error's own __str__ is a handler's code too
        return type(error).__name__


def _checked(output: Any) -> Any:
    """Raises `Permanent` for what isn't JSON in UTF-8: another attempt would give the same."""
    try:
        json.dumps(output, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError) as error:
        raise Permanent(f"The handler's output is not JSON: {error}") from error
    return output
