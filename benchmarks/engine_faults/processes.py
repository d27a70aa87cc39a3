"""Faults of worker processes."""

import time

from benchmarks.engine_faults.fault import STRIKES_EVERY, Fault


def kill_a_worker(fault: Fault) -> None:
    """SIGKILL for a worker process that holds jobs."""
    time.sleep(fault.seconds / 3)
    process, _ = fault.stopped_holder()
    fault.kill([process])
    time.sleep(fault.seconds * 2 / 3)


def kill_all_workers(fault: Fault) -> None:
    """SIGKILL for all of them at once; their supervisor starts others."""
    time.sleep(fault.seconds / 3)
    fault.kill(fault.ground.workers())
    time.sleep(fault.seconds * 2 / 3)


def kill_workers_again_and_again(fault: Fault) -> None:
    """SIGKILL for a random one, twice a second."""
    for _ in range(int(fault.seconds / STRIKES_EVERY)):
        time.sleep(STRIKES_EVERY)
        if alive := fault.ground.workers():
            fault.kill([fault.chance.choice(alive)])


def stop_a_worker_past_its_lease(fault: Fault) -> None:
    """SIGSTOP for a worker with jobs until others have them, then SIGCONT; what it had comes too late."""
    process, held = fault.stopped_holder()
    fault.struck()
    results = [(job, fence) for _, job, fence in held]
    time.sleep(fault.seconds / 2)
    fault.ground.wait_until_taken(fence for _, fence in results)
    fault.report_late(held[0][0], results)
    fault.wake(process, results)
    time.sleep(fault.seconds / 2)
