"""Which layer each node of a graph stands in: pure functions of edges."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence

Pairs = Iterable[tuple[int, int]]


def neighbours(edges: Pairs) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Parents of each child, and children of each parent."""
    parents: dict[int, list[int]] = defaultdict(list)
    children: dict[int, list[int]] = defaultdict(list)
    for parent, child in edges:
        parents[child].append(parent)
        children[parent].append(child)
    return parents, children


def layers(nodes: Collection[int], edges: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The layer of each node: one after its last parent; what has no parent stands just before its first child.

    The graph must have no cycle.
    """
    parents, children = neighbours(edges)
    found: dict[int, int] = {}
    for node in sorted_topologically(nodes, edges):
        found[node] = max((found[parent] + 1 for parent in parents[node]), default=0)
    for node in nodes:
        if children[node] and not parents[node]:
            found[node] = min(found[child] for child in children[node]) - 1
    return found


def sorted_topologically(nodes: Collection[int], edges: Sequence[tuple[int, int]]) -> list[int]:
    """Parents before children, otherwise in the order given."""
    parents, children = neighbours(edges)
    open_parents = {node: len(parents[node]) for node in nodes}
    free = deque(node for node in nodes if not open_parents[node])
    found = []
    while free:
        node = free.popleft()
        found.append(node)
        for child in children[node]:
            open_parents[child] -= 1
            if not open_parents[child]:
                free.append(child)
    return found


def without_shortcuts(nodes: Collection[int], edges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The edges that no longer way through the graph implies."""
    _, children = neighbours(edges)
    position = {node: index for index, node in enumerate(nodes)}
    below: dict[int, int] = {}  # what a node reaches, as a set of bits
    kept = []
    for node in reversed(sorted_topologically(nodes, edges)):
        own = set(children[node])
        beyond = 0
        for child in own:
            beyond |= below[child]
        kept += [(node, child) for child in own if not beyond >> position[child] & 1]
        below[node] = beyond | sum(1 << position[child] for child in own)
    return kept
