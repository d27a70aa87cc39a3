"""The picture of a graph: every job in it, in order from left to right, nothing overlapping, bounded in size."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from project.console.graphs import Edge, Node, picture
from project.console.graphs.boxes import height_of
from project.console.graphs.collapse import BANDS, DRAWN, collapse
from project.console.graphs.layers import layers, without_shortcuts
from project.console.graphs.layout import GAP, place

STATES = ("completed", "active", "waiting", "waiting-children", "delayed", "failed", "cancelled")


def job(number, kind="noop", state="waiting"):
    return Node(number, f"job-{number}", kind, state, f"/job/{number}/")


def edges_of(*pairs):
    return [Edge(*pair) for pair in pairs]


@st.composite
def graphs(draw, most=40):
    count = draw(st.integers(1, most))
    nodes = [
        job(number, draw(st.sampled_from(["noop", "sleep", "http.request"])), draw(st.sampled_from(STATES)))
        for number in range(count)
    ]
    pairs = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=3 * count))
    # numbers are shuffled so that a job's id says nothing of its place
    shuffled = draw(st.permutations(range(count)))
    return nodes, [Edge(shuffled[a], shuffled[b], draw(st.booleans())) for a, b in sorted(pairs) if a < b]


@given(graphs())
@settings(max_examples=60)
def test_every_job_is_in_one_box_and_every_edge_leads_to_the_right(graph):
    nodes, edges = graph
    seen = collapse(nodes, edges)
    assert Counter(node for box in seen.boxes for node in box.members) == Counter(nodes)
    assert all(seen.columns[parent] < seen.columns[child] for parent, child in seen.edges)
    assert seen.hidden == 0
    assert sum(seen.edges.values()) == len(edges)


@given(graphs())
@settings(max_examples=60)
def test_no_box_lies_on_another_and_none_outside_the_picture(graph):
    seen = collapse(*graph)
    heights = [height_of(box) for box in seen.boxes]
    layout = place(seen.columns, heights, list(seen.edges))
    for column in set(seen.columns):
        stack = sorted((layout.middles[box], heights[box]) for box, at in enumerate(seen.columns) if at == column)
        for (above, high), (below, low) in pairwise(stack):
            assert below - above >= (high + low) / 2 + GAP - 1e-6
    for middle, height in zip(layout.middles, heights, strict=True):
        assert middle - height / 2 >= -1e-6
        assert middle + height / 2 <= layout.height + 1e-6


@given(graphs(most=25))
@settings(max_examples=40)
def test_leaving_shortcuts_out_changes_no_order(graph):
    nodes, edges = graph
    pairs = [(edge.parent, edge.child) for edge in edges]
    kept = without_shortcuts(range(len(nodes)), pairs)
    assert set(kept) <= set(pairs)
    assert _reached(kept, len(nodes)) == _reached(pairs, len(nodes))


def _reached(pairs, count):
    reached = {(parent, child) for parent, child in pairs}
    for middle in range(count):
        reached |= {(a, d) for a, b in reached if b == middle for c, d in reached if c == middle}
    return reached


def test_a_job_without_parents_stands_just_before_its_first_child():
    assert layers(range(5), [(0, 1), (1, 2), (2, 3), (4, 3)]) == {0: 0, 1: 1, 2: 2, 3: 3, 4: 2}


def test_a_fan_of_alike_jobs_shares_a_box_that_shows_each():
    nodes = [job(0), *[job(number, "post", "active") for number in range(1, 199)], job(199)]
    drawn = picture(nodes, edges_of(*[(0, n) for n in range(1, 199)], *[(n, 199) for n in range(1, 199)]))
    assert drawn.collapsed
    assert "198 post" in drawn.svg
    assert all(f'href="/job/{number}/"' in drawn.svg for number in range(200))


def test_two_hundred_jobs_are_each_a_box_with_mark_name_and_link():
    nodes = [job(number, state=STATES[number % 7]) for number in range(200)]
    drawn = picture(nodes, edges_of(*[(number, number + 20) for number in range(180)]))
    assert not drawn.collapsed
    assert drawn.svg.count('class="job ') == 200
    for sign, state in (("✓", "completed"), ("✕", "failed"), ("■", "cancelled"), ("●", "active"), ("◷", "delayed")):
        assert f"{state}, noop</title>" in drawn.svg
        assert f">{sign}</text>" in drawn.svg


@pytest.mark.parametrize(
    ("count", "edges"),
    [
        (10_000, [(number, number + 500) for number in range(9_500)]),
        (3_000, [(number, number + 1) for number in range(2_999)]),
        (150, [(a, b) for a in range(150) for b in range(a + 1, 150)]),
        (5_000, []),
        (400, [(a, b) for a in range(200) for b in range(200, 400) if (a * b) % 7 == 1]),
    ],
    ids=["wide", "a chain", "dense", "no edges", "two sides"],
)
def test_a_large_graph_stays_a_picture(count, edges):
    nodes = [job(number, f"type-{number % 3}") for number in range(count)]
    seen = collapse(nodes, edges_of(*edges))
    assert len(seen.boxes) <= DRAWN
    assert max(seen.columns) < BANDS
    assert sum(len(box.members) for box in seen.boxes) == count
    drawn = picture(nodes, edges_of(*edges))
    assert len(drawn.svg) < 150_000
    assert drawn.collapsed


def test_chains_beside_each_other_stay_apart_when_their_layers_are_taken_together():
    pairs = [(chain * 100 + step, chain * 100 + step + 1) for chain in range(3) for step in range(99)]
    seen = collapse([job(number, f"type-{number % 2}") for number in range(300)], edges_of(*pairs))
    assert len(seen.boxes) > BANDS
    assert {len({node.id // 100 for node in box.members}) for box in seen.boxes} == {1}


def test_more_types_than_boxes_are_taken_together_by_layer():
    nodes = [job(number, f"type-{number}") for number in range(1_000)]
    seen = collapse(nodes, edges_of(*[(number, number + 500) for number in range(500)]))
    assert [box.kind for box in seen.boxes] == ["jobs of 500 types"] * 2


def test_loose_edges_are_drawn_apart_and_told():
    drawn = picture([job(0), job(1), job(2)], [Edge(0, 1, True), Edge(1, 2)])
    assert drawn.loose
    assert 'class="way loose"' in drawn.svg
    assert not picture([job(0), job(1)], [Edge(0, 1)]).loose


def test_what_a_job_is_called_cannot_break_the_picture():
    drawn = picture([Node(0, "<script>&" + "x" * 300, "noop", "active", "/?a=1&b=2")], [])
    assert "<script>" not in drawn.svg
    assert re.search(r">&lt;script&gt;&amp;x+…</text>", drawn.svg)


def test_an_edge_that_passes_columns_goes_around_the_boxes_there():
    layout = place([0, 1, 2], [26.0] * 3, [(0, 1), (1, 2), (0, 2)])
    (column, height), *_ = layout.ways[0, 2][1:2]
    assert column == 1
    assert abs(height - layout.middles[1]) > 13


def test_no_jobs_no_picture():
    assert picture([], []) is None
