"""The benchmark of transform runs from end to end on a few items, without peers; how fast it is, is not tested."""

import pytest

from benchmarks import transform
from benchmarks.transforming import bodies, peers, targets
from tests.benchmarks.running import printed, run

PROGRAM = "benchmarks.transform"
SHORT = ("--items=300", "--runs=1", "--rounds=1", "--in-flight=8", "--seconds=0.2", "--quiet-seconds=0")


def test_every_part_gives_its_figures_and_judges_its_targets() -> None:
    found = printed(run(PROGRAM, "--peers=none", *SHORT))

    assert set(found["targets"]) == {f"{one.part}.{one.figure}" for one in targets.TARGETS}
    without = {name for name, judged in found["targets"].items() if judged["value"] is None}
    assert without == {f"body.ratio_{name}" for name in transform.PEERS}  # there are no peers
    assert found["body"]["ours_cpu_ms"] > 0
    assert found["flight"]["ours_per_second"] > 0
    assert found["flight"]["echo_per_second"] > 0
    assert found["machine"]["peers"] == []


def test_the_peers_of_the_options_are_all_there_are() -> None:
    assert peers.NAMES == transform.PEERS


def test_results_that_are_not_the_contract_s_are_refused() -> None:
    right = [bodies.result(number) for number in range(3)]
    bodies.require_results("right", right, 3)
    with pytest.raises(RuntimeError, match="gives 2 results for 3 items"):
        bodies.require_results("short", right[:2], 3)
    with pytest.raises(RuntimeError, match="of item 1"):
        bodies.require_results("wrong", [right[0], {**right[1], "amount": "7.01"}, right[2]], 3)


def test_an_unknown_part_is_refused() -> None:
    ended = run(PROGRAM, "--only=body,dreams")
    assert (ended.returncode, "unknown: dreams" in ended.stderr) == (2, True)
