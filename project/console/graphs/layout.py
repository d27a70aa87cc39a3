"""Where the boxes of a layered graph stand: columns from left to right, few crossings, short edges. Pure functions.

Sugiyama's method. An edge that passes columns gets a point in each of them, so that it runs between the boxes there.
Within a column the order comes from the neighbours' mean, the heights from least squares under that order.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from project.console.graphs.layers import neighbours

SWEEPS = 12
GAP = 10.0  # between two boxes of a column
POINT = 4.0  # the height of an edge that passes a column
POINTS = 6_000
"""Passing points at most; beyond, edges are drawn straight."""

Pair = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """The middle of each box from the top, the ways of the edges as (column, height) points, and the whole height."""

    middles: list[float]
    ways: dict[Pair, list[tuple[int, float]]]
    height: float


def place(columns: Sequence[int], heights: Sequence[float], edges: Sequence[Pair]) -> Layout:
    """`columns` and `heights` by box; `edges` lead to later columns."""
    points, links, chains = _pass_through(columns, heights, edges)
    ordered = _order(points, links)
    middles = _settle(ordered, points, links)
    top = min((middles[one] - points[one][1] / 2 for one in points), default=0.0)
    bottom = max((middles[one] + points[one][1] / 2 for one in points), default=0.0)
    return Layout(
        middles=[middles[box] - top for box in range(len(columns))],
        ways={edge: [(points[one][0], middles[one] - top) for one in chain] for edge, chain in chains.items()},
        height=bottom - top,
    )


Points = dict[int, tuple[int, float]]  # column and height of boxes and of passing points


def _pass_through(
    columns: Sequence[int], heights: Sequence[float], edges: Sequence[Pair]
) -> tuple[Points, list[Pair], dict[Pair, list[int]]]:
    """Boxes and passing points, the links from column to column, and the points of each edge."""
    points: Points = dict(enumerate(zip(columns, heights, strict=True)))
    straight = sum(columns[child] - columns[parent] - 1 for parent, child in edges) > POINTS
    links: list[Pair] = []
    chains = {}
    for parent, child in edges:
        chain = [parent]
        for column in range(columns[parent] + 1, columns[child]) if not straight else ():
            chain.append(len(points))
            points[chain[-1]] = (column, POINT)
        chain.append(child)
        links += pairwise(chain)
        chains[parent, child] = chain
    return points, links, chains


def _order(points: Points, links: Sequence[Pair]) -> list[list[int]]:
    """The points of each column from top to bottom: each near the mean place of its neighbours, from both sides."""
    parents, children = neighbours(links)
    found: dict[int, list[int]] = defaultdict(list)
    for one, (number, _) in points.items():
        found[number].append(one)
    columns = [found[number] for number in sorted(found)]
    for sweep in range(SWEEPS):
        beside, line = (children, columns[::-1]) if sweep % 2 else (parents, columns)
        place = {one: index / len(column) for column in line for index, one in enumerate(column)}
        for column in line:
            wanted = {one: _mean(beside[one], place, place[one]) for one in column}
            column.sort(key=wanted.__getitem__)
            place.update((one, index / len(column)) for index, one in enumerate(column))
    return columns


def _settle(ordered: list[list[int]], points: Points, links: Sequence[Pair]) -> dict[int, float]:
    """The middle of each point: as near to its neighbours' as the order and the room between boxes allow."""
    parents, children = neighbours(links)
    middles: dict[int, float] = {}
    for column in ordered:
        middles.update(_apart(column, [0.0] * len(column), points))
    for sweep in range(SWEEPS):
        beside, line = (children, ordered[::-1]) if sweep % 2 else (parents, ordered)
        for column in line:
            found = [beside[one] if sweep < SWEEPS - 2 else parents[one] + children[one] for one in column]
            wanted = [_mean(near, middles, middles[one]) for near, one in zip(found, column, strict=True)]
            middles.update(_apart(column, wanted, points))
    return middles


def _mean(found: Sequence[int], values: dict[int, float], otherwise: float) -> float:
    return sum(values[one] for one in found) / len(found) if found else otherwise


def _apart(column: Sequence[int], wanted: Sequence[float], points: Points) -> dict[int, float]:
    """The heights nearest to the wanted ones, by least squares, that keep the order and don't overlap.

    Less the room that those above take, the heights must not fall: blocks that would are given their mean.
    """
    room = [0.0]
    for above, below in pairwise(column):
        room.append(room[-1] + (points[above][1] + points[below][1]) / 2 + GAP)
    blocks: list[tuple[float, int]] = []
    for want, taken in zip(wanted, room, strict=True):
        level, size = want - taken, 1
        while blocks and blocks[-1][0] > level:
            before, count = blocks.pop()
            level, size = (before * count + level * size) / (count + size), count + size
        blocks.append((level, size))
    levels = [level for level, size in blocks for _ in range(size)]
    return {one: level + taken for one, level, taken in zip(column, levels, room, strict=True)}
