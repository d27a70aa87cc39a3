"""The faults by name."""

import time
from collections.abc import Callable

from benchmarks.engine_faults import processes, sessions
from benchmarks.engine_faults.fault import BURST, Fault
from benchmarks.engine_faults.ground import SLOTS

HEARTBEAT_SECONDS = 0.5
REGISTER = "SELECT workers.register_worker('silent', 'chaos', 0, 4, NULL, NULL, %s, false) AS id"


def burst(fault: Fault) -> None:
    """For a third of the time twenty times as many graphs are submitted."""
    time.sleep(fault.seconds / 3)
    fault.load.factor = BURST
    time.sleep(fault.seconds / 3)
    fault.load.factor = 1
    time.sleep(fault.seconds / 3)


def silence_a_remote_worker(fault: Fault) -> None:
    """A worker without a session claims jobs and sends no heartbeat: others get them, its report is refused.

    Its claims end after three heartbeats; a sweep, one every second, then gives the jobs to others.
    """
    time.sleep(fault.seconds / 2)
    fault.load.factor = BURST
    worker = fault.ground.value(REGISTER, 3 * HEARTBEAT_SECONDS)
    while not (claimed := fault.report(worker, [], slots=SLOTS).claims):
        time.sleep(0.005)  # the others were quicker
    fault.struck()
    fault.load.factor = 1
    held = [(claim.job_id, claim.fence) for claim in claimed]
    time.sleep(fault.seconds / 2)
    fault.ground.wait_until_taken(fence for _, fence in held)
    fault.report_late(worker, held)


FAULTS: dict[str, Callable[[Fault], None]] = {
    fault.__name__: fault
    for fault in (
        processes.kill_a_worker,
        processes.kill_all_workers,
        processes.kill_workers_again_and_again,
        sessions.terminate_backends,
        sessions.restart_postgres,
        sessions.exhaust_connections,
        sessions.idle_in_transaction,
        sessions.long_reader,
        burst,
        processes.stop_a_worker_past_its_lease,
        silence_a_remote_worker,
    )
}
