"""Schedules in the console: what comes next, how the last runs went, run now."""

from .admin import ScheduleAdmin

__all__ = ["ScheduleAdmin"]
