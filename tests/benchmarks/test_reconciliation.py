"""The benchmark of reconciliation runs from end to end on a few rows, without peers; how fast it is, is not tested."""

import pytest

from benchmarks import reconciliation
from benchmarks.comparing import hostile, peers, targets
from benchmarks.comparing.tables import Planted
from tests.benchmarks.running import printed, run

PROGRAM = "benchmarks.reconciliation"
SHORT = (
    *("--rows=600", "--differences=50", "--rounds=1", "--hostile-rows=20", "--heap=512m", "--grown-rows=900"),
    "--quiet-seconds=0",
)


@pytest.mark.parametrize("part", reconciliation.PARTS)
def test_every_part_finds_all_differences_and_judges_its_targets(part: str) -> None:
    found = printed(run(PROGRAM, f"--only={part}", "--peers=none", *SHORT))

    wanted = {f"{one.part}.{one.figure}" for one in (*targets.TARGETS, targets.GROWN) if one.part == part}
    assert set(found["targets"]) == wanted
    missed = {name: judged["met"] for name, judged in found["targets"].items() if "missed" in name or "false" in name}
    assert missed == dict.fromkeys(missed, True) != {}
    without = {name for name, judged in found["targets"].items() if judged["value"] is None}
    assert without == {name for name in wanted if "pg_comparator" in name or "reladiff" in name}  # there are no peers


def test_the_peers_of_the_options_are_all_there_are() -> None:
    assert tuple(peer.name for peer in peers.PEERS) == reconciliation.PEERS


def test_planted_differences_are_of_each_kind_and_none_is_planted_twice() -> None:
    planted = Planted.among(10_000, 500)

    assert (len(planted.source_only), len(planted.target_only)) == (150, 150)
    assert [len(keys) for keys in planted.changed] == [50, 50, 50, 50]
    assert len(planted.keys) == 500


@pytest.mark.parametrize(
    ("lines", "peer", "keys"),
    [
        (["UPDATE 17", "INSERT 4", "nothing"], "pg_comparator_ck", [17, 4]),
        (['["-", ["17", "[red]x[/red]"]]', "warning"], "reladiff_1", [17]),
    ],
    ids=["pg_comparator", "reladiff"],
)
def test_keys_are_read_from_what_a_peer_prints(lines: list[str], peer: str, keys: list[int]) -> None:
    (chosen,) = (one for one in peers.PEERS if one.name == peer)

    assert [key for line in lines if (key := chosen.key(line)) is not None] == keys


def test_a_trap_that_a_tool_names_another_row_for_is_missed() -> None:
    differing = next(number for number, trap in enumerate(hostile.TRAPS) if not trap.equal)
    found = hostile.judged("tool", lambda number: frozenset({8 if number == differing else 7}), 7)

    equal = [trap.name for trap in hostile.TRAPS if trap.equal]
    name = hostile.TRAPS[differing].name
    assert found == {"tool_missed": [name], "tool_false": [name, *equal], "tool_failed": []}


def test_an_unknown_part_is_refused() -> None:
    ended = run(PROGRAM, "--only=postgres,dreams")
    assert (ended.returncode, "unknown: dreams" in ended.stderr) == (2, True)
