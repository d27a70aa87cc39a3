"""How many boxes a graph is drawn with: each job its own while a person can take them in, else jobs alike in one."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import NamedTuple

from project.console.graphs.layers import layers, neighbours, without_shortcuts
from project.console.graphs.model import Box, Edge, Node

DRAWN = 200
"""Boxes that a picture has at most."""
EDGES = 600
"""Edges that are all drawn; of more, those that others imply are left out."""
TWINS = 8
"""So many jobs of one type with the same parents and children share a box even in a small graph."""
BANDS = 40
"""Columns that a picture has at most."""
LISTED = 600
"""Jobs that are shown one by one even where several share a box."""


class Collapsed(NamedTuple):
    """Boxes, the edges between them by their places in `boxes` with how many they stand for, and the columns."""

    boxes: list[Box]
    edges: dict[tuple[int, int], int]
    loose: set[tuple[int, int]]
    """Those that stand for loose edges only."""
    columns: list[int]
    hidden: int
    """Edges left out because others imply them."""


def collapse(nodes: Sequence[Node], edges: Sequence[Edge]) -> Collapsed:
    """Twins in one box; still too many: one box for each type in a layer; too many layers: several of them in one."""
    twins = _twins(nodes, edges)
    if len(set(twins.values())) <= DRAWN and _bearable(seen := _boxed(nodes, edges, twins)):
        return seen
    depth = layers([node.id for node in nodes], [(edge.parent, edge.child) for edge in edges])
    size = -(-(max(depth.values()) + 1) // BANDS)
    band = {id_: layer // size for id_, layer in depth.items()}
    seen = _boxed(nodes, edges, _by_kind(nodes, band) if size == 1 else _connected(edges, band))
    return seen if _bearable(seen) else _boxed(nodes, edges, dict(band))


def _bearable(seen: Collapsed) -> bool:
    return len(seen.boxes) <= DRAWN and len(seen.edges) <= 2 * EDGES and max(seen.columns, default=0) < BANDS


def _by_kind(nodes: Sequence[Node], band: dict[int, int]) -> dict[int, Hashable]:
    return {node.id: (band[node.id], node.kind) for node in nodes}


def _connected(edges: Sequence[Edge], band: dict[int, int]) -> dict[int, Hashable]:
    """Jobs of a band that hang together share a box; so every edge between boxes leads to a later band."""
    leader = {id_: id_ for id_ in band}

    def lead(id_: int) -> int:
        while leader[id_] != id_:
            leader[id_] = id_ = leader[leader[id_]]
        return id_

    for parent, child, _ in edges:
        if band[parent] == band[child]:
            leader[lead(child)] = lead(parent)
    return {id_: lead(id_) for id_ in band}


def _twins(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[int, Hashable]:
    """The box of each node: its own, or that of its twins."""
    parents, children = neighbours((edge.parent, edge.child) for edge in edges)
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for node in nodes:
        alike[node.kind, frozenset(parents[node.id]), frozenset(children[node.id])].append(node.id)
    return {id_: ids[0] if len(ids) >= TWINS else id_ for ids in alike.values() for id_ in ids}


def _boxed(nodes: Sequence[Node], edges: Sequence[Edge], box_of: dict[int, Hashable]) -> Collapsed:
    members: dict[Hashable, list[Node]] = defaultdict(list)
    for node in nodes:
        members[box_of[node.id]].append(node)
    place = {key: index for index, key in enumerate(members)}
    counted, firm = _between(edges, {id_: place[key] for id_, key in box_of.items()})
    crowded = len(members) <= DRAWN and len(counted) > EDGES
    kept = without_shortcuts(range(len(members)), list(counted)) if crowded else list(counted)
    columns = layers(range(len(members)), list(counted))
    return Collapsed(
        boxes=[Box(tuple(found), listed=len(nodes) <= LISTED) for found in members.values()],
        edges={pair: counted[pair] for pair in kept},
        loose=set(kept) - firm,
        columns=[columns[index] for index in range(len(members))],
        hidden=len(counted) - len(kept),
    )


def _between(edges: Iterable[Edge], place: dict[int, int]) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
    """How many edges lead from one box to another, and which pairs have one that is not loose."""
    counted: dict[tuple[int, int], int] = defaultdict(int)
    firm = set()
    for parent, child, loose in edges:
        pair = place[parent], place[child]
        if pair[0] != pair[1]:
            counted[pair] += 1
            if not loose:
                firm.add(pair)
    return dict(counted), firm
