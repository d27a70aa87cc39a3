"""Runs the faults one after another, each under a load of its own, and judges what is left of it."""

import argparse
import json
import random
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.engine_faults.fault import Fault
from benchmarks.engine_faults.faults import FAULTS, HEARTBEAT_SECONDS
from benchmarks.engine_faults.ground import Ground
from benchmarks.engine_faults.load import Load
from benchmarks.engine_faults.verdict import Verdict, judged, wait_for_end
from project.postgres.embedded import EmbeddedServer

# What must hold beyond that everything is right: seconds until a lost worker's jobs run again; that it had some; that
# late results were refused; that a woken worker says so itself.
SWEEP_SECONDS = 1.0
RERUN_SECONDS = {"kill_a_worker": 2.0, "silence_a_remote_worker": 3 * HEARTBEAT_SECONDS + SWEEP_SECONDS}
MUST_LOSE = ("kill_a_worker", "stop_a_worker_past_its_lease", "silence_a_remote_worker")
MUST_BE_REFUSED = ("stop_a_worker_past_its_lease", "silence_a_remote_worker")
MUST_SAY_SO = ("stop_a_worker_past_its_lease",)


def run(server: EmbeddedServer, options: argparse.Namespace) -> dict[str, Any]:
    """The verdicts by fault, and whether all are right."""
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder, closing(Ground(server, Path(folder) / "workers.log")) as ground:
        verdicts = {name: _one(ground, name, options, chance) for name in options.only or FAULTS}
    wrong = [name for name, verdict in verdicts.items() if not _holds(name, verdict)]
    return {"faults": {name: verdict.described() for name, verdict in verdicts.items()}, "wrong": wrong}


def _one(ground: Ground, name: str, options: argparse.Namespace, chance: random.Random) -> Verdict:
    ground.wait_for_workers()
    logged = len(ground.said())
    with Load(name, options.rate) as load:
        fault = Fault(ground, load, options.seconds, chance)
        FAULTS[name](fault)
    ended = time.monotonic()
    wait_for_end(ground)
    seconds = time.monotonic() - ended
    verdict = judged(ground, load.submitted, fault, logged=logged, seconds=seconds)
    said = "right" if _holds(name, verdict) else "WRONG"
    print(f"{name}: {said} {json.dumps(verdict.described())}", file=sys.stderr, flush=True)
    return verdict


def _holds(name: str, verdict: Verdict) -> bool:
    slowest = verdict.slowest_rerun_seconds
    in_time = name not in RERUN_SECONDS or (slowest is not None and slowest <= RERUN_SECONDS[name])
    lost = verdict.attempts_lost > 0 or name not in MUST_LOSE
    refused = verdict.refused > 0 or name not in MUST_BE_REFUSED
    woken = verdict.woken_refused > 0 or name not in MUST_SAY_SO
    return verdict.right and in_time and lost and refused and woken
