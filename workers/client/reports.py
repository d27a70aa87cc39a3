"""Reports of ended attempts: sent in batches as they come, again and again while the server is away."""

import logging
import threading
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from workers.client.calls import Calls, Refusal
from workers.client.jobs import Job

log = logging.getLogger("tutup.worker")

MOST = 500  # in one call
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

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
        while reports := self._take():
            for outcome in self._send_by:
                same = [report for report in reports if report.outcome == outcome]
                if same:
                    self._send(outcome, same)

    def _take(self) -> list[Report]:
        with self._changed:
            self._sending = []
            self._changed.wait_for(lambda: self._waiting or self._finishing)
            self._sending, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return self._sending

    def _send(self, outcome: Outcome, reports: list[Report]) -> None:
        pause = FIRST_PAUSE
        while not self._giving_up.is_set():
            try:
                self._send_by[outcome]([report.body() for report in reports])
            except httpx.TransportError as error:
                log.info("report repeated: %s", error)
            except Refusal as refusal:
                if not refusal.passing:
                    self._refused(outcome, reports, refusal)
                    return
                pause = max(pause, refusal.retry_after)
            else:
                return
            self._giving_up.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _refused(self, outcome: Outcome, reports: list[Report], refusal: Refusal) -> None:
        """A result that the server can't take must not keep the others from it."""
        if refusal.status in {404, 409}:
            log.warning("%s reports came too late: %s", len(reports), refusal)
        elif len(reports) > 1:
            for report in reports:
                self._send(outcome, [report])
        elif outcome == "complete":
            why = {"error": f"the result was refused: {refusal}", "permanent": True}
            self._send("fail", [Report(job=reports[0].job, outcome="fail", more=why)])
        else:
            log.error("report dropped: %s", refusal)
