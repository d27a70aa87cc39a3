"""Writes of the processor. Each is one transaction; none knows HTTP."""

from batches.processor.services.batches import cancel, submit
from batches.processor.services.configure import configure
from batches.processor.services.models import change_model, register, set_default

__all__ = ["cancel", "change_model", "configure", "register", "set_default", "submit"]
