"""Any graph, any failures, any workers: each job ends once, as its parents and policies say, and never before them."""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.hands import Hand, graph, job, nothing_left, states, status
from workers.models import FinishedJob
from workers.services import Dependency


@dataclass(frozen=True)
class Node:
    """A job of the graph; its parents are earlier nodes, by place and policy. `fate` is how its attempts end."""

    parents: dict[int, str]
    fate: str


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    count = draw(st.integers(1, 14))
    nodes = []
    for place in range(count):
        parents = draw(st.sets(st.integers(0, place - 1), max_size=4)) if place else set()
        policies = {parent: draw(st.sampled_from(["cancel", "fail", "ignore"])) for parent in sorted(parents)}
        nodes.append(Node(policies, draw(st.sampled_from(["ok", "ok", "ok", "flaky", "bad", "lost", "returned"]))))
    return nodes


def expected(nodes: list[Node]) -> list[set[str]]:
    """The states in which each node may end: which failing parent is seen first may decide."""
    ended: list[set[str]] = []
    for node in nodes:
        hurt = {policy for parent, policy in node.parents.items() if ended[parent] != {"completed"}} - {"ignore"}
        if hurt:
            ended.append({{"cancel": "cancelled", "fail": "failed"}[policy] for policy in hurt})
        else:
            ended.append({"failed"} if node.fate == "bad" else {"completed"})
    return ended


@settings(max_examples=60)
@given(
    nodes=graphs(), slots=st.lists(st.integers(1, 6), min_size=3, max_size=3), parallelism=st.sampled_from([None, 1, 3])
)
def test_every_graph_ends_as_it_must(nodes: list[Node], slots: list[int], parallelism: int | None) -> None:
    execution = graph(
        *(
            job(str(place), *(Dependency(str(p), policy) for p, policy in node.parents.items()), backoff_seconds=0)
            for place, node in enumerate(nodes)
        ),
        parallelism=parallelism,
    )
    _work_off(nodes, slots, execution.pk)
    ended = states(execution)
    for place, allowed in enumerate(expected(nodes)):
        assert ended[str(place)] in allowed, (place, nodes)
    assert len(ended) == len(nodes)
    assert nothing_left()
    counts = [list(ended.values()).count(state) for state in ("completed", "failed", "cancelled")]
    end = status(execution)
    assert [execution.completed, execution.failed, execution.cancelled] == counts
    assert end == ("failed" if counts[1] else "completed")
    assert execution.admitted == 0
    assert execution.completed_at is not None


def _work_off(nodes: list[Node], slots: list[int], execution_id: int) -> None:
    hands = [Hand(f"hand {number}") for number in range(len(slots))]
    for _ in range(len(nodes) * 20):
        claims = [hand.claim(count) for hand, count in zip(hands, slots, strict=True)]
        for jobs in claims:
            for record in jobs:
                _parents_have_ended(nodes, record, execution_id)
        for hand, jobs in zip(hands, claims, strict=True):
            _finish(hand, jobs, nodes)
        if not any(claims) and nothing_left():
            return
    raise AssertionError("the graph did not end")


def _parents_have_ended(nodes: list[Node], record: dict[str, Any], execution_id: int) -> None:
    wanted = {str(parent) for parent in nodes[int(record["key"])].parents}
    ended = FinishedJob.objects.filter(job__execution_id=execution_id, job__key__in=wanted)
    assert set(ended.values_list("job__key", flat=True)) == wanted


def _finish(hand: Hand, jobs: list[dict[str, Any]], nodes: list[Node]) -> None:
    done, bad, flaky, lost, returned = [], [], [], [], []
    for record in jobs:
        fate, first = nodes[int(record["key"])].fate, record["attempt"] == 1
        if fate == "bad":
            bad.append(record)
        elif fate == "flaky" and first:
            flaky.append(record)
        elif fate == "lost" and first:
            lost.append(record)
        elif fate == "returned" and record["fence"] % 2:  # gives it back about every second time
            returned.append(record)
        else:
            done.append(record)
    hand.complete(*done)
    hand.end(*bad, outcome="fail")
    hand.end(*flaky)
    hand.end(*lost, outcome="lost")
    hand.end(*returned, outcome="release")
