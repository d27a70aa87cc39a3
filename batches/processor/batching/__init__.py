"""How items become batches, and batches results. Imported by workers alone."""

from batches.processor.batching.work import infer_claims

__all__ = ["infer_claims"]
