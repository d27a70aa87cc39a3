"""Everything the processor's page shows."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from batches.processor import queries
from batches.processor.admin.dashboard.figures import charts, ms
from batches.processor.models import InferenceModel, ProcessorSetting
from batches.processor.queries import current
from batches.processor.queries.analytics import span
from batches.processor.submission import QUEUE
from project.console import figures
from workers.queries import live_workers

USUAL = "1h"
PERIODS = {
    USUAL: (timedelta(hours=1), "hour"),
    "3h": (timedelta(hours=3), "3 hours"),
    "24h": (timedelta(hours=24), "24 hours"),
    "14d": (timedelta(days=14), "14 days"),
}


def moving(period: str) -> dict[str, Any]:
    """What changes while it works. The hour is drawn anew as it goes on; longer periods when they are asked for."""
    length, words = PERIODS[period]
    over = span(length)
    now = current.metrics()
    open_work, done = now["current_stats"], now["performance_stats"]
    rate = done["success_rate"]
    return {
        "stats": open_work,
        "latency": ms(open_work["average_latency_ms"]),
        "capacity": settings.MAX_QUEUE_SIZE,
        "processed": done["total_processed"],
        "success": None if rate is None else 100 * rate,
        "workers": sum(not {"*", QUEUE}.isdisjoint(worker.queues) for worker in live_workers()),
        "default_model": InferenceModel.objects.filter(is_default=True).first(),
        "period": period,
        "words": words,
        "periods": [(key, told) for key, (_, told) in PERIODS.items()],
        "first": over.first,
        "step": figures.span(over.step.total_seconds()),
        "charts": charts(over),
        "live": period == USUAL,
        "now": timezone.now(),
    }


def configured() -> dict[str, Any]:
    """The settings in force, where each comes from, and by whom they were set."""
    row = ProcessorSetting.objects.select_related("changed_by").get()
    now = queries.settings_now()
    return {
        "settings": now,
        "row": row,
        "changed": row.changed_by is not None,
        "weights": now.priority_weights.items(),
    }
