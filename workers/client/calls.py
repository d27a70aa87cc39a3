"""What a remote worker says to the server: one method for each address."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

MOST = 1000  # slots of a claim, and claims that are kept or extended, in one call
PASSING = {408, 425, 429}  # besides 500 and above, and what isn't ours: a proxy's page in place of an answer
LONGEST_RETRY_AFTER = 60.0


class Refusal(Exception):
    """An answer other than success, by its code. `passing`: the same call may succeed after `retry_after` seconds."""

    def __init__(self, response: httpx.Response) -> None:
        body = _object(response) or {}
        self.status = response.status_code
        self.code = str(body.get("error", ""))
        self.passing = response.is_success or self.status >= 500 or self.status in PASSING
        self.retry_after = _seconds(response.headers.get("Retry-After", ""))
        super().__init__(f"{self.status} {self.code}: {body.get('message') or response.text[:200]}")


def _object(response: httpx.Response) -> dict[str, Any] | None:
    """None for anything else than a JSON object."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _seconds(retry_after: str) -> float:
    """Of a number or a date, in bounds; 1 for anything else."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):  # no date, or one without a zone
            return 1.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER) if math.isfinite(seconds) else 1.0


class Calls:
    """One worker's line to the server. Safe to use from several threads."""

    def __init__(self, url: str, worker_id: str, *, key: str | None = None, timeout_seconds: float = 10.0) -> None:
        self.worker_id = worker_id
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        address = f"{url.rstrip('/')}/api/distributed/workers"
        self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout_seconds)
        self._timeout_seconds = timeout_seconds

    def register(self, **about: Any) -> dict[str, Any]:
        """`about` has the members of the request beside workerId: hostname, maxConcurrency, ..."""
        return self._call("POST", "/register", {"workerId": self.worker_id, **about})

    def heartbeat(self, load: int) -> None:
        self._own("heartbeat", {"currentLoad": load})

    def deregister(self) -> None:
        self._call("DELETE", f"/{self.worker_id}", None)

    def claim(self, slots: int, wait_seconds: float) -> list[dict[str, Any]]:
        """Up to `slots` jobs (`MOST` at most); waits up to so long for the first."""
        body = {"slots": slots, "waitSeconds": wait_seconds}
        jobs: list[dict[str, Any]] = self._own("claim", body, wait_seconds + self._timeout_seconds)["jobs"]
        return jobs

    def complete(self, results: Sequence[dict[str, Any]]) -> None:
        """`{jobId, claim, output}` of jobs that were done."""
        self._own("complete", {"results": results})

    def fail(self, failures: Sequence[dict[str, Any]]) -> None:
        """`{jobId, claim, error, permanent}` of attempts that failed."""
        self._own("fail", {"failures": failures})

    def release(self, jobs: Sequence[dict[str, Any]]) -> None:
        """Gives `{jobId, claim}` back undone."""
        self._own("release", {"jobs": jobs})

    def release_all_but(self, claims: Iterable[int]) -> None:
        """Gives back what an answer that was lost may have brought. `MOST` claims at most."""
        self._own("release", {"keep": sorted(claims)})

    def checkpoint(self, job_id: int, claim: int, data: Any) -> None:
        self._own("checkpoint", {"checkpoints": [{"jobId": job_id, "claim": claim, "data": data}]})

    def extend(self, claims: Iterable[int]) -> dict[int, list[int]]:
        """The jobs that each claim still holds. `MOST` claims at most."""
        answer = self._own("extend", {"claims": sorted(claims)})
        return {one["claim"]: one["jobs"] for one in answer["claims"]}

    def close(self) -> None:
        self._http.close()

    def _own(self, verb: str, body: dict[str, Any], timeout_seconds: float | None = None) -> dict[str, Any]:
        return self._call("POST", f"/{self.worker_id}/{verb}", body, timeout_seconds)

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None, timeout_seconds: float | None = None
    ) -> dict[str, Any]:
        response = self._http.request(method, path, json=body, timeout=timeout_seconds or self._timeout_seconds)
        answer = _object(response)
        if not response.is_success or answer is None:
            raise Refusal(response)
        return answer
