"""Jobs as a client submits them."""

from workers.documents.jobs import JobBody, Jobs

__all__ = ["JobBody", "Jobs"]
