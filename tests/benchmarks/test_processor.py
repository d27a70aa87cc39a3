"""The benchmark of the processor runs from end to end on a few items, without peers; how fast it is, is not tested."""

import asyncio
import time

import pytest

from benchmarks import processor
from benchmarks.loops import closed, paced
from benchmarks.processing import items, peers, targets
from tests.benchmarks.running import printed, run

PROGRAM = "benchmarks.processor"
SHORT = (
    *("--clients=2,4", "--seconds=1", "--rounds=1", "--backlog=50", "--sockets=8", "--shared=1"),
    "--quiet-seconds=0",
)


def test_every_part_gives_its_figures_and_judges_its_targets() -> None:
    found = printed(run(PROGRAM, "--peers=none", *SHORT))

    assert set(found["targets"]) == {f"{one.part}.{one.figure}" for one in targets.TARGETS}
    without = {name for name, judged in found["targets"].items() if judged["value"] is None}
    assert without == {"batches.batch_ratio"}  # there are no peers
    assert found["batches"]["ours_per_second"] > 0
    assert found["singles"]["ours_p99_ms"] >= found["singles"]["ours_p50_ms"] > 0
    assert found["batching"]["off_closed_per_second"] > 0
    # a batch of one item changes twice, one of 1000 when it begins and with each of its ten parts; what follows each
    # other closely is told as one, and the end always
    assert 8 <= found["websocket"]["own_messages"] <= 8 * 2
    assert 8 <= found["websocket"]["shared_messages"] <= 8 * 11
    assert found["machine"]["peers"] == []


def test_the_peers_of_the_options_are_all_there_are() -> None:
    assert tuple(peer.name for peer in peers.PEERS) == processor.PEERS


def test_the_parts_of_the_targets_are_all_there_are() -> None:
    assert {target.part for target in targets.TARGETS} == set(processor.PARTS)


def test_results_that_are_not_the_model_s_are_refused() -> None:
    right = [{"output": [1.0943602e-12, 0.27137122, 0.72862875], "confidence": 0.728629}]
    items.require_results("right", right, 1)
    with pytest.raises(RuntimeError, match="gives 1 results for 2 items"):
        items.require_results("short", right, 2)
    with pytest.raises(RuntimeError, match="of item 0"):
        items.require_results("wrong", [{**right[0], "output": [0.0, 0.28, 0.72]}], 1)
    with pytest.raises(RuntimeError, match="of item 0"):
        items.require_results("unsure", [{**right[0], "confidence": 0.5}], 1)


def test_a_closed_loop_counts_what_every_client_was_answered() -> None:
    async def answer() -> None:
        await asyncio.sleep(0.01)

    flight = asyncio.run(closed([answer] * 3, 0.05))

    assert flight.answers >= 3
    assert flight.per_second == flight.answers / flight.seconds


def test_what_is_late_because_nobody_was_free_counts_from_when_it_was_due() -> None:
    async def slow() -> None:
        await asyncio.sleep(0.05)

    began = time.perf_counter()
    times = asyncio.run(paced([slow], 100.0, 0.04))

    assert len(times) == 4
    assert max(times) > 3 * 50  # three were before it, and it was due at 30 ms
    assert max(times) <= (time.perf_counter() - began) * 1000


def test_an_unknown_part_is_refused() -> None:
    ended = run(PROGRAM, "--only=batches,dreams")
    assert (ended.returncode, "unknown: dreams" in ended.stderr) == (2, True)
