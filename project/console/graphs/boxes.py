"""How one box of a graph is drawn: a job with its mark and name, or several jobs as cells or as counts by state."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from project.console import states
from project.console.graphs.model import Box, Node

LETTER = 6.6  # the width of a letter, about
NARROW, WIDE = 96, 196
LINE = 26
CELL = 15


def width_of(boxes: Sequence[Box]) -> int:
    """One width for all: that of the longest text, within limits."""
    if any(box.listed and not box.single for box in boxes):
        return WIDE
    longest = max(len(text) for box in boxes for text in _texts(box))
    return max(NARROW, min(WIDE, round(longest * LETTER) + 30))


def height_of(box: Box) -> float:
    if box.single:
        return LINE
    if box.listed:
        return LINE + 6 + CELL * -(-len(box.members) // _across(WIDE))
    return LINE + 6 + CELL * len(box.states)


def drawn(box: Box, x: float, middle: float, width: int) -> SafeString:
    """The box with its left edge and its middle at these places."""
    y = middle - height_of(box) / 2
    return _job(box.members[0], x, y, width) if box.single else _several(box, x, y, width)


def _job(node: Node, x: float, y: float, width: int) -> SafeString:
    return format_html(
        '<a href="{}" class="job {}" transform="translate({},{})"><title>{}</title>'
        '<rect width="{}" height="{}" rx="5"/><text x="8" y="17">{}</text><text x="24" y="17">{}</text></a>',
        node.address,
        states.tone(node.state),
        round(x),
        round(y),
        spoken(node),
        width,
        LINE,
        states.mark(node.state),
        _shortened(node.label, int((width - 30) / LETTER)),
    )


def _several(box: Box, x: float, y: float, width: int) -> SafeString:
    inside = _cells(box, width) if box.listed else _counts(box)
    return format_html(
        '<g class="several" transform="translate({},{})"><rect width="{}" height="{}" rx="5"><title>{}</title></rect>'
        '<text x="8" y="17" class="head">{}</text>{}</g>',
        round(x),
        round(y),
        width,
        round(height_of(box)),
        ", ".join(f"{count:,} {state}" for state, count in box.states.most_common()),
        _shortened(_title(box), int((width - 14) / LETTER)),
        inside,
    )


def _cells(box: Box, width: int) -> SafeString:
    across = _across(width)
    places = (
        (node, 8 + CELL * (index % across), LINE + 11 + CELL * (index // across))
        for index, node in enumerate(box.members)
    )
    return format_html_join(
        "",
        '<a href="{}" class="{}"><title>{}</title><text x="{}" y="{}">{}</text></a>',
        ((node.address, states.tone(node.state), spoken(node), x, y, states.mark(node.state)) for node, x, y in places),
    )


def _counts(box: Box) -> SafeString:
    return format_html_join(
        "",
        '<text x="8" y="{}" class="{}">{} {} {}</text>',
        (
            (LINE + 11 + CELL * line, states.tone(state), states.mark(state), f"{count:,}", state)
            for line, (state, count) in enumerate(sorted(box.states.items()))
        ),
    )


def spoken(node: Node) -> str:
    """What a job's box says when pointed at, and to who can't see it."""
    return f"{node.label}: {node.state}, {node.kind}"


def _texts(box: Box) -> list[str]:
    """What stands in a box whose jobs are not listed."""
    return [_title(box), *([] if box.single else [f"{count:,} {state}" for state, count in box.states.items()])]


def _title(box: Box) -> str:
    return box.members[0].label if box.single else f"{len(box.members):,} {box.kind}"


def _across(width: int) -> int:
    return (width - 10) // CELL


def _shortened(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
