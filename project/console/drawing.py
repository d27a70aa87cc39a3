"""Small pictures drawn on the server, so that they are there without a script."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 240, 36


def sparkline(values: Sequence[float]) -> SafeString | str:
    """A series as a small area chart, from zero; nothing for fewer than two values."""
    if len(values) < 2:
        return ""
    most = max(values) or 1.0
    step = WIDTH / (len(values) - 1)
    heights = [HEIGHT - 1 - value / most * (HEIGHT - 3) for value in values]
    line = " ".join(f"{index * step:.1f},{height:.1f}" for index, height in enumerate(heights))
    return format_html(
        '<svg class="spark" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        '<polygon points="0,{h} {line} {w},{h}"/><polyline points="{line}"/></svg>',
        w=WIDTH,
        h=HEIGHT,
        line=line,
        label=f"Throughput over time: last {values[-1]:,.0f}, highest {most:,.0f} a second",
    )
