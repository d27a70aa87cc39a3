"""What a room's `admin` module builds on."""

from project.console import persons
from project.console.bases import GuardedAdmin, ReadOnlyAdmin, ReadOnlyInline, refusal

__all__ = ["GuardedAdmin", "ReadOnlyAdmin", "ReadOnlyInline", "persons", "refusal"]
