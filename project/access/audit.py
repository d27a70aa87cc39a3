"""The audit trail's one way in: who did what to which thing, from where, and what it was before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User

from project.access.models import AuditEntry
from project.api import context


@dataclass(frozen=True, kw_only=True)
class Change:
    """What was done to one thing, as `record` takes it."""

    target: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    details: Mapping[str, Any] | None = None


def record(
    *,
    operation: str,
    target: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    actor: User | None = None,
) -> AuditEntry:
    """Write one entry, in the transaction of the change it tells of.

    `operation` is a verb on a kind of thing (`month_end.abort`), `target` names the thing (`2025-01-MONTHEND`). The
    actor, when not given, is the user of the request; nobody outside a request, where the user agent names the command.
    """
    entry = _entry(operation, Change(target=target, before=before, after=after, details=details), actor)
    entry.save(force_insert=True)
    return entry


def record_many(*, operation: str, changes: Sequence[Change], actor: User | None = None) -> None:
    """Write one entry for each of many things, all at once; otherwise as `record`."""
    AuditEntry.objects.bulk_create(_entry(operation, change, actor) for change in changes)


def _entry(operation: str, change: Change, actor: User | None) -> AuditEntry:
    caller = context.caller()
    who = actor or caller.user
    return AuditEntry(
        operation=operation,
        target=change.target,
        before=change.before,
        after=change.after,
        details=change.details,
        actor=who,
        actor_name=who.get_username() if who else _nobody(caller),
        key_prefix=caller.key_prefix,
        address=caller.address,
        user_agent=caller.user_agent,
        request_id=caller.request_id or "",
    )


def _nobody(caller: context.Caller) -> str:
    return "anonymous" if caller.request else "system"
