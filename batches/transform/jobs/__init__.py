"""The parts of a batch as engine jobs. Importing this package registers them."""

from . import chunk, settle

__all__ = ["chunk", "settle"]
