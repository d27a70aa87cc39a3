"""Charts of a period: throughput, queue time against compute time, sizes of runs, latency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from batches.processor.queries.analytics import Span, analytics
from project.console import figures, states
from project.console.charts import Column, columns

METRICS = ("throughput", "queue_time", "compute_time", "batch_size", "latency")
Point = Mapping[str, Any]
NOTHING_RUN = "nothing was run"


@dataclass(frozen=True)
class Chart:
    """A picture, what its tones mean from below, and the figures of the whole period by their names."""

    name: str
    title: str
    picture: SafeString
    legend: Sequence[tuple[str, str]]
    whole: Sequence[tuple[str, str]]


def charts(over: Span) -> list[Chart]:
    """Of all models; none where nothing was run in the period."""
    found = analytics(over, METRICS)
    if not found["batch_size"]["runs"]:
        return []
    return [
        _throughput(found["throughput"]),
        _times(found["queue_time"], found["compute_time"]),
        _sizes(found["batch_size"]),
        _latency(found["latency"]),
    ]


def _throughput(metric: Point) -> Chart:
    drawn = [
        Column(point["at"], ((states.GOOD, point["items"]),), f"{point['items']:,} items, {point['per_second']:,}/s")
        for point in metric["series"]
    ]
    whole = (("items", figures.count(metric["items"])), ("a second", f"{metric['per_second']:,}"))
    return _chart("throughput", "Throughput", drawn, ((states.GOOD, "items"),), whole)


def _times(queue: Point, compute: Point) -> Chart:
    drawn = [
        _column(
            waited["at"],
            (states.GOOD, took["average_ms"]),
            (states.WARN, waited["average_ms"]),
            f"waited {ms(waited['average_ms'])}, the run took {ms(took['average_ms'])}",
        )
        for waited, took in zip(queue["series"], compute["series"], strict=True)
    ]
    whole = (("an item waited", ms(queue["average_ms"])), ("a run took", ms(compute["average_ms"])))
    legend = ((states.GOOD, "a run's compute time"), (states.WARN, "an item's queue time"))
    return _chart("times", "Queue time against compute time", drawn, legend, whole)


def _sizes(metric: Point) -> Chart:
    drawn = [
        _column(
            point["at"], (states.BUSY, point["average"]), f"{point['average']} items a run, in {point['runs']:,} runs"
        )
        for point in metric["series"]
    ]
    whole = (("items a run", str(metric["average"])), ("runs", figures.count(metric["runs"])))
    return _chart("sizes", "Batch size", drawn, ((states.BUSY, "mean items of a run"),), whole)


def _latency(metric: Point) -> Chart:
    drawn = [
        _column(
            point["at"],
            *zip((states.GOOD, states.BUSY, states.WARN), _above(point), strict=True),
            ", ".join(f"{name} {ms(point[f'{name}_ms'])}" for name in ("p50", "p95", "p99")),
        )
        for point in metric["series"]
    ]
    whole = [(name, ms(metric[f"{name}_ms"])) for name in ("p50", "p95", "p99")]
    legend = ((states.GOOD, "up to p50"), (states.BUSY, "p95"), (states.WARN, "p99"))
    return _chart("latency", "Latency of an item", drawn, legend, whole)


def _above(point: Point) -> Iterator[float | None]:
    """How far each percentile is above the one before."""
    before = 0.0
    for name in ("p50", "p95", "p99"):
        value = point[f"{name}_ms"]
        yield None if value is None else max(value - before, 0.0)
        before = value or 0.0


def _column(at: Any, *given: Any) -> Column:
    """Of (tone, size) and at last what is said; a size that is None says that nothing was run."""
    *parts, told = given
    missing = any(size is None for _, size in parts)
    return Column(at, [(tone, size or 0.0) for tone, size in parts], NOTHING_RUN if missing else told)


def _chart(
    name: str,
    title: str,
    drawn: Sequence[Column],
    legend: Sequence[tuple[str, str]],
    whole: Sequence[tuple[str, str]],
) -> Chart:
    told = f"{title}: " + ", ".join(f"{text} {value}" for text, value in whole) + f"; last {drawn[-1].told}"
    return Chart(name, title, columns(drawn, told), legend, whole)


def ms(value: float | None) -> str:
    """Milliseconds as they are measured."""
    return figures.NOTHING if value is None else f"{value:,.1f} ms" if value < 1000 else figures.span(value / 1000)
