"""Runs jobs in this process: a poller that keeps slots fed, slots that run handlers, a session that proves we live."""

from workers.runtime.drain import drain
from workers.runtime.runtime import Runtime

__all__ = ["Runtime", "drain"]
