"""The audit trail's one way in: who did what to which thing, from where, and what it was before and after."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User

from project.access.models import AuditEntry
from project.api import context


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
    caller = context.caller()
    who = actor or caller.user
    return AuditEntry.objects.create(
        operation=operation,
        target=target,
        before=before,
        after=after,
        details=details,
        actor=who,
        actor_name=who.get_username() if who else _nobody(caller),
        key_prefix=caller.key_prefix,
        address=caller.address,
        user_agent=caller.user_agent,
        request_id=caller.request_id or "",
    )


def _nobody(caller: context.Caller) -> str:
    return "anonymous" if caller.request else "system"
