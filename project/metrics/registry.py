"""What `/metrics` shows: collectors that ask the database while the scrape waits.

There is no counter in any process: a state that is read from the database is right with any number of processes, which
a process's own counters are not. Requests are counted where they all pass by, in the proxy or from the log lines.
"""

import time
from collections.abc import Callable, Iterable, Iterator

import structlog
from django.conf import settings
from django.db import transaction
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from project.postgres import sql

Source = Callable[[], Iterable[Metric]]

log = structlog.get_logger("metrics")

_sources: dict[str, Source] = {}


def collector(source: Source) -> Source:
    """Decorator: register a function that gives metrics, each from one short statement. Runs at each scrape."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source
    return source


class Scrape(Collector):
    """One scrape. A source that fails leaves its own metrics out and shows as 0 in `tutup_scrape_ok`."""

    def collect(self) -> Iterator[Metric]:
        succeeded = GaugeMetricFamily(
            "tutup_scrape_ok", "1 when the collector's statement succeeded", labels=["collector"]
        )
        duration = GaugeMetricFamily("tutup_scrape_seconds", "Duration of the collector", labels=["collector"])
        for name, source in sorted(_sources.items()):
            began = time.perf_counter()
            found = _read(name, source)
            duration.add_metric([name], time.perf_counter() - began)
            succeeded.add_metric([name], found is not None)
            yield from found or ()
        yield from (succeeded, duration, InfoMetricFamily("tutup_build", "This program", {"version": settings.VERSION}))


def text() -> bytes:
    """The whole page in Prometheus' text format."""
    return generate_latest(Scrape())


def _read(name: str, source: Source) -> list[Metric] | None:
    try:
        with transaction.atomic():
            sql.execute("SELECT set_config('statement_timeout', %s, true)", [f"{settings.METRICS_TIMEOUT_MS}ms"])
            sql.execute("SET TRANSACTION READ ONLY")
            return list(source())
    except Exception as error:  # noqa: BLE001 - one broken source must not take the others along
        log.warning("scrape failed", collector=name, reason=f"{type(error).__name__}: {error}")
        return None
