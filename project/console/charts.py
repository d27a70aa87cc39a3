"""Bars, drawn on the server, so that they are there without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

BAR, GAP, HEIGHT = 4, 1, 48


@dataclass(frozen=True)
class Bar:
    """How much ended in the time that begins at a moment: well, and badly (drawn on top)."""

    at: datetime
    good: int
    bad: int

    @property
    def both(self) -> int:
        return self.good + self.bad


def bars(series: Sequence[Bar], what: str = "jobs a minute") -> SafeString | str:
    """The bars from left to right, the highest as high as the picture; nothing for none."""
    if not series:
        return ""
    most = max(bar.both for bar in series) or 1
    wide = len(series) * (BAR + GAP)
    return format_html(
        '<svg class="bars" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        "{bars}</svg>",
        w=wide,
        h=HEIGHT,
        label=f"{what}: last {series[-1].both:,}, highest {max(bar.both for bar in series):,}",
        bars=format_html_join("", "{}", ((_bar(bar, index * (BAR + GAP), most),) for index, bar in enumerate(series))),
    )


def _bar(bar: Bar, x: int, most: int) -> SafeString:
    """Two stacked parts; the whole height takes the pointer, so that empty ones can be read too."""
    good, bad = (HEIGHT * part / most for part in (bar.good, bar.bad))
    told = f"{bar.at:%H:%M} UTC: {bar.good:,} completed, {bar.bad:,} failed"
    return format_html(
        '<g><title>{}</title><rect class="room" x="{x}" width="{w}" height="{h}"/>'
        '<rect class="good" x="{x}" y="{}" width="{w}" height="{}"/>'
        '<rect class="bad" x="{x}" y="{}" width="{w}" height="{}"/></g>',
        told,
        f"{HEIGHT - good:.1f}",
        f"{good:.1f}",
        f"{HEIGHT - good - bad:.1f}",
        f"{bad:.1f}",
        x=x,
        w=BAR,
        h=HEIGHT,
    )


def load(busy: int | None, slots: int) -> SafeString:
    """How much of something is in use, as a bar with its figures."""
    if busy is None:
        return format_html('<span class="load">not told yet, of {}</span>', slots)
    return format_html(
        '<span class="load"><meter min="0" max="{}" value="{}"></meter> {} of {}</span>', slots, busy, busy, slots
    )
