"""A graph as SVG. Each job that is drawn is a link; the boxes of a large graph count theirs.

A state is a colour with a mark, and a word on hover.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from project.console.graphs.boxes import drawn, height_of, width_of
from project.console.graphs.collapse import Collapsed, collapse
from project.console.graphs.layout import Layout, place
from project.console.graphs.model import Edge, Node

BETWEEN = 34  # from one column to the next
MARGIN = 6
SHRINK = 0.8
"""As far as a wide picture may be made smaller to fit; wider ones scroll."""


@dataclass(frozen=True)
class Picture:
    """The drawing, and what a legend says of it."""

    svg: SafeString
    states: list[tuple[str, int]]
    """How many jobs are in each state, most first."""
    collapsed: bool
    loose: bool
    hidden: int


def picture(nodes: Sequence[Node], edges: Sequence[Edge]) -> Picture | None:
    """The graph from left to right; None without nodes."""
    if not nodes:
        return None
    seen = collapse(nodes, edges)
    width = width_of(seen.boxes)
    layout = place(seen.columns, [height_of(box) for box in seen.boxes], list(seen.edges))
    return Picture(
        svg=_svg(seen, layout, width),
        states=Counter(node.state for node in nodes).most_common(),
        collapsed=len(seen.boxes) < len(nodes),
        loose=bool(seen.loose),
        hidden=seen.hidden,
    )


def _svg(seen: Collapsed, layout: Layout, width: int) -> SafeString:
    step = width + BETWEEN
    wide = max(seen.columns) * step + width + 2 * MARGIN
    boxes = (
        (drawn(box, MARGIN + column * step, MARGIN + middle, width),)
        for box, column, middle in zip(seen.boxes, seen.columns, layout.middles, strict=True)
    )
    return format_html(
        '<svg class="jobs" viewBox="0 0 {w} {h}" width="{w}" style="max-width: {w}px; min-width: {least}px"'
        ' role="group" aria-label="{label}">{ways}{boxes}</svg>',
        w=wide,
        h=round(layout.height + 2 * MARGIN),
        least=round(min(wide, wide * SHRINK if wide * SHRINK > width * 3 else wide)),
        label=f"{sum(len(box.members) for box in seen.boxes):,} jobs, each after those left of it that it waits for",
        ways=format_html_join("", '<path class="{}" d="{}"/>', _ways(seen, layout, width)),
        boxes=format_html_join("", "{}", boxes),
    )


def _ways(seen: Collapsed, layout: Layout, width: int) -> list[tuple[str, str]]:
    """One path for all edges of a kind: whether they are loose, and whether they stand for several."""
    drawn_as: dict[str, list[str]] = defaultdict(list)
    for edge, many in seen.edges.items():
        names = ["way", *(["loose"] if edge in seen.loose else []), *(["many"] if many > 1 else [])]
        drawn_as[" ".join(names)].append(_way(layout.ways[edge], width))
    return [(name, "".join(ways)) for name, ways in drawn_as.items()]


def _way(points: Sequence[tuple[int, float]], width: int) -> str:
    """Along the columns between the boxes, and in a bow from one column to the next."""
    step = width + BETWEEN
    (column, height), *rest = points
    x, y = MARGIN + column * step + width, MARGIN + height
    parts = [f"M{x},{y:.0f}"]
    for column, height in rest:
        left, below = MARGIN + column * step, MARGIN + height
        bow = (x + left) // 2
        parts.append(f"C{bow},{y:.0f} {bow},{below:.0f} {left},{below:.0f}")
        x, y = left + width, below
        if (column, height) != points[-1]:
            parts.append(f"H{x}")
    return "".join(parts)
