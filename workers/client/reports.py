"""Reports of ended attempts: sent in batches as they come, again and again while the server can't take them."""

import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from workers.client.calls import Calls, Refusal
from workers.client.jobs import Job

log = logging.getLogger("tutup.worker")

MOST = 500  # in one call
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # whatever Retry-After says: leases don't wait
LONGEST_ERROR = 4000

AWAY = (httpx.ConnectError, httpx.ConnectTimeout)  # which no report can be the reason of
TOO_LATE = {404, 409}
UNFIT = {400, 413, 415}
BUSY = {429, 502, 503, 504}

Outcome = Literal["complete", "fail", "release"]


@dataclass(frozen=True, kw_only=True)
class Report:
    """How an attempt ended. `more` is the output, or the error and whether it is permanent."""

    job: Job
    outcome: Outcome
    more: dict[str, Any]

    def body(self) -> dict[str, Any]:
        return {**self.job.named(), **self.more}


class Reporter(threading.Thread):
    """Sends what `add` gives it, until `finish`."""

    def __init__(self, calls: Calls) -> None:
        super().__init__(name="reporter", daemon=True)
        self._send_by: dict[Outcome, Any] = {"complete": calls.complete, "fail": calls.fail, "release": calls.release}
        self._waiting: list[Report] = []
        self._sending: list[Report] = []
        self._changed = threading.Condition()
        self._finishing = False
        self._giving_up = threading.Event()

    def add(self, report: Report) -> None:
        with self._changed:
            self._waiting.append(report)
            self._changed.notify_all()

    def claims(self) -> set[int]:
        """Those of the attempts that aren't reported yet."""
        with self._changed:
            return {report.job.claim for report in (*self._waiting, *self._sending)}

    def finish(self, seconds: float = 10.0) -> None:
        """Sends what is left, for so long at most."""
        with self._changed:
            self._finishing = True
            self._changed.notify_all()
        self.join(seconds)
        self._giving_up.set()

    def run(self) -> None:
        pause = FIRST_PAUSE
        while reports := self._take():
            try:
                again = [left for outcome in self._send_by for left in self._send(outcome, of(reports, outcome))]
            except Exception:
                log.exception("%s reports dropped", len(reports))
                again = []
            if not again:
                pause = FIRST_PAUSE
                continue
            self._put_back(again)
            self._giving_up.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _take(self) -> list[Report]:
        with self._changed:
            self._sending = []
            self._changed.wait_for(lambda: self._waiting or self._finishing)
            if self._giving_up.is_set():
                return []
            self._sending, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return self._sending

    def _put_back(self, reports: list[Report]) -> None:
        with self._changed:
            self._sending = []
            self._waiting += reports

    def _send(self, outcome: Outcome, reports: list[Report]) -> list[Report]:
        """One call. Returns what is to be sent again."""
        try:
            if reports:
                self._send_by[outcome]([report.body() for report in reports])
        except AWAY as error:
            log.info("%s reports are kept: %s", len(reports), error)
            return reports
        except (httpx.HTTPError, Refusal) as error:
            return self._unsent(outcome, reports, error)
        except Exception as error:  # noqa: BLE001 - such as what can't be encoded
            return self._unfit(outcome, reports, error)
        return []

    def _unsent(self, outcome: Outcome, reports: list[Report], error: httpx.HTTPError | Refusal) -> list[Report]:
        """As long as their leases last they are sent again, unless it is plain what the matter is."""
        status = error.status if isinstance(error, Refusal) else None
        if status in TOO_LATE:
            log.warning("%s reports came too late: %s", len(reports), error)
            return []
        if status in UNFIT:
            return self._unfit(outcome, reports, error)
        left = reports if status in BUSY or len(reports) == 1 else self._singly(outcome, reports)
        for report in left:
            if report.job.expired:
                log.warning("report of %s dropped, its lease is over: %s", report.job.id, error)
        return [report for report in left if not report.job.expired]

    def _singly(self, outcome: Outcome, reports: list[Report]) -> list[Report]:
        """One that the server can't take must not keep the others from it: next time it comes after them."""
        for number, report in enumerate(reports, start=1):
            if left := self._send(outcome, [report]):
                return [*reports[number:], *left]
        return []

    def _unfit(self, outcome: Outcome, reports: list[Report], error: Exception) -> list[Report]:
        """The report itself is at fault: a result becomes a failure."""
        if len(reports) > 1:
            return self._singly(outcome, reports)
        log.error("report of %s dropped: %s", reports[0].job.id, error)
        if outcome != "complete":
            return []
        why = {"error": plain(f"the result was refused: {error}"), "permanent": True}
        return self._send("fail", [Report(job=reports[0].job, outcome="fail", more=why)])


def of(reports: Iterable[Report], outcome: Outcome) -> list[Report]:
    return [report for report in reports if report.outcome == outcome]


def plain(text: str) -> str:
    """What can be sent of an error's text: file names bring lone surrogates, which UTF-8 doesn't have."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")[:LONGEST_ERROR] or "failed without a reason"
