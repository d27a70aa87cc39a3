"""The engine's benchmark runs from end to end on a few jobs, without peers; how fast it is, is not tested."""

import pytest

from benchmarks import engine
from benchmarks.engine_parts import targets
from tests.benchmarks.running import printed, run

PROGRAM = "benchmarks.engine"
SHORT = (
    *("--jobs=400", "--rounds=1", "--singles=5", "--nodes=200", "--history=400", "--lanes=40", "--workers=20"),
    *("--pinned-seconds=1.5", "--steady-minutes=0.05", "--load-seconds=1", "--quiet-seconds=0"),
)


@pytest.mark.parametrize(
    "parts",
    ["drain,enqueue", "latency,dag,pinned", "history,lanes", "api,heartbeats,steady"],
    ids=lambda parts: parts,
)
def test_every_part_gives_its_figures_and_targets(parts: str) -> None:
    found = printed(run(PROGRAM, f"--only={parts}", "--peers=none", *SHORT))

    chosen = parts.split(",")
    assert [part for part in chosen if not found.get(part)] == []
    wanted = {f"{target.part}.{target.figure}" for target in targets.TARGETS if target.part in chosen}
    assert set(found["targets"]) == wanted
    missing = {name for name, judged in found["targets"].items() if judged["value"] is None}
    assert missing == {name for name in wanted if name.startswith("drain.ratio")}  # there are no peers


def test_the_parts_of_the_tests_are_all_there_are() -> None:
    assert {target.part for target in targets.TARGETS} == set(engine.PARTS)


def test_a_target_is_met_from_its_bound_on() -> None:
    figures = {"latency": {"p50_ms": 2.5, "p99_ms": 8.1}, "pinned": {"ratio_to_clean": 0.7}}
    judged = targets.judged(["latency", "pinned"], figures)

    assert {name: one["met"] for name, one in judged.items()} == {
        "latency.p50_ms": True,
        "latency.p99_ms": False,
        "pinned.ratio_to_clean": True,
    }


def test_the_targets_of_a_part_that_failed_are_not_met() -> None:
    judged = targets.judged(["dag"], {})

    assert judged == {
        "dag.nodes_per_second": {"value": None, "target": "at least 40000", "met": False},
        "dag.submission_seconds": {"value": None, "target": "at most 1", "met": False},
    }


def test_an_unknown_part_is_refused() -> None:
    ended = run(PROGRAM, "--only=drain,dreams")
    assert (ended.returncode, "unknown: dreams" in ended.stderr) == (2, True)
