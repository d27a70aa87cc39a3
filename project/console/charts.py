"""Bars, drawn on the server, so that they are there without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

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


@dataclass(frozen=True)
class Column:
    """What is drawn of the time that begins at a moment: sizes by their tones, one on top of the other, and what is
    said of them."""

    at: datetime
    parts: Sequence[tuple[str, float]]
    told: str

    @property
    def whole(self) -> float:
        return sum(size for _, size in self.parts)


def bars(series: Sequence[Bar], what: str = "jobs a minute") -> SafeString | str:
    """The bars from left to right, the highest as high as the picture; nothing for none."""
    if not series:
        return ""
    drawn = [
        Column(bar.at, (("good", bar.good), ("bad", bar.bad)), f"{bar.good:,} completed, {bar.bad:,} failed")
        for bar in series
    ]
    return columns(drawn, f"{what}: last {series[-1].both:,}, highest {max(bar.both for bar in series):,}")


def columns(series: Sequence[Column], label: str) -> SafeString:
    """The columns from left to right, the highest as high as the picture."""
    most = max((column.whole for column in series), default=0) or 1
    drawn = ((_column(column, index * (BAR + GAP), most),) for index, column in enumerate(series))
    return format_html(
        '<svg class="bars" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img" aria-label="{label}">'
        "{bars}</svg>",
        w=len(series) * (BAR + GAP),
        h=HEIGHT,
        label=label,
        bars=format_html_join("", "{}", drawn),
    )


def _column(column: Column, x: int, most: float) -> SafeString:
    """Stacked parts; the whole height takes the pointer, so that empty ones can be read too."""
    tops = accumulate(HEIGHT * size / most for _, size in column.parts)
    parts = [
        (tone, x, f"{HEIGHT - top:.1f}", BAR, f"{HEIGHT * size / most:.1f}")
        for (tone, size), top in zip(column.parts, tops, strict=True)
    ]
    return format_html(
        '<g><title>{}</title><rect class="room" x="{x}" width="{w}" height="{h}"/>{}</g>',
        f"{column.at:%H:%M} UTC: {column.told}",
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', parts),
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
