"""What a room's `admin` module builds on."""

from project.console import persons
from project.console.bases import CountedList, GuardedAdmin, ReadOnlyAdmin, ReadOnlyInline, refusal

__all__ = ["CountedList", "GuardedAdmin", "ReadOnlyAdmin", "ReadOnlyInline", "persons", "refusal"]
