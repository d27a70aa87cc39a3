"""Workers in the console: who is alive, how busy, and what each holds."""

from .admin import WorkerAdmin

__all__ = ["WorkerAdmin"]
