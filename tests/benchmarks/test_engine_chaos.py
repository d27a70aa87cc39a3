"""The engine keeps its promises under every fault of the chaos script, each for a short time."""

import json

import pytest

from benchmarks.engine_faults.faults import FAULTS
from tests.benchmarks.running import run

SHORT = ("--of=engine", "--seconds=2", "--rate=15")
GROUPS = (  # of one server and its workers, which take longer to start than most faults last
    (
        *("kill_a_worker", "kill_all_workers", "kill_workers_again_and_again"),
        *("stop_a_worker_past_its_lease", "silence_a_remote_worker", "burst"),
    ),
    ("terminate_backends", "restart_postgres", "exhaust_connections", "idle_in_transaction", "long_reader"),
)


@pytest.mark.parametrize("faults", GROUPS, ids=lambda faults: faults[0])
def test_nothing_is_lost_and_nothing_counts_twice(faults: tuple[str, ...]) -> None:
    ended = run("benchmarks.chaos", *SHORT, f"--only={','.join(faults)}")

    assert ended.returncode == 0, ended.stderr
    printed = json.loads(ended.stdout.splitlines()[-1])
    assert printed["wrong"] == []
    assert set(printed["faults"]) == set(faults)
    assert all(verdict["jobs"] > 40 for verdict in printed["faults"].values())


def test_every_fault_is_in_a_group() -> None:
    assert {fault for group in GROUPS for fault in group} == set(FAULTS)
