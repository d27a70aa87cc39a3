"""The core of transform: what pipelines do to items, compiled to closures once per version."""

from .checking import check
from .compiled import Compiled, Explained, Outcome
from .explaining import explained
from .kept import compiled
from .refusals import RowError

__all__ = ["Compiled", "Explained", "Outcome", "RowError", "check", "compiled", "explained"]
