"""The work of the processor as engine jobs. Importing this package registers them."""

from . import expire, figures, infer, load

__all__ = ["expire", "figures", "infer", "load"]
