"""What is wrong with a body, as the product's 400."""

from workers.documents.refusals import refusal

__all__ = ["refusal"]
