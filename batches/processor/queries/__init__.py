"""Reads of the processor."""

from batches.processor.queries.batches import Progress, active, batch, batches, progress
from batches.processor.queries.models import model_named, version_for
from batches.processor.queries.results import results
from batches.processor.queries.room import queue_length, seconds_until_room
from batches.processor.queries.settings import settings_now

__all__ = [
    "Progress",
    "active",
    "batch",
    "batches",
    "model_named",
    "progress",
    "queue_length",
    "results",
    "seconds_until_room",
    "settings_now",
    "version_for",
]
