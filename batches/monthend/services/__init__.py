"""What people and programs can do to a close. Every write is one transaction with its audit entry."""

from .abort import abort_batch, drop_kept_leaves
from .initiate import initiate_batch
from .resume import restart_worker, resume_batch
from .reverse import reverse_batch

__all__ = ["abort_batch", "drop_kept_leaves", "initiate_batch", "restart_worker", "resume_batch", "reverse_batch"]
