"""What a room's `admin` module builds on."""

from project.console.bases import GuardedAdmin, ReadOnlyAdmin, ReadOnlyInline, refusal

__all__ = ["GuardedAdmin", "ReadOnlyAdmin", "ReadOnlyInline", "refusal"]
