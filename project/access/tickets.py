"""Tickets: for a minute, and for one use, they stand for the key or the user that they were made for. They are for
where a key can't be sent as a header, such as a browser's WebSocket: an address ends up in logs and histories.

A ticket has 256 random bits, so a plain SHA-256 is a safe digest of it; nothing else of it is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from project.access import audit
from project.access.models import ApiKey, Ticket
from project.postgres import sql

LIFETIME = timedelta(seconds=60)


@dataclass(frozen=True)
class NewTicket:
    """A ticket that was just made. `secret` can't be read again."""

    secret: str
    expires_at: datetime


def create(*, purpose: str, key: ApiKey | None, user: User | None) -> NewTicket:
    """Make a ticket that only `purpose` takes, for who calls with this key, else as this user, else as nobody."""
    secret = secrets.token_urlsafe(32)
    digest, expires_at = _digest(secret), timezone.now() + LIFETIME
    with transaction.atomic():
        sql.execute(_FORGET)
        Ticket.objects.create(digest=digest, purpose=purpose, key=key, user=user, expires_at=expires_at)
        after = {"purpose": purpose, "key": key.prefix if key else None, "expires_at": expires_at}
        audit.record(operation="ticket.create", target=digest[:12], after=after)
    return NewTicket(secret, expires_at)


def take(secret: str, *, purpose: str) -> Ticket | None:
    """The ticket, which is gone with this, or None when there is none whose key and user are still good."""
    taken = sql.row(_TAKE, [_digest(secret), purpose])
    if taken is None:
        return None
    ticket = Ticket(
        key=ApiKey.objects.select_related("owner").filter(pk=taken["key_id"]).first(),
        user=User.objects.filter(pk=taken["user_id"]).first(),
        expires_at=taken["expires_at"],
    )
    return ticket if ticket.is_valid else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


_TAKE = "DELETE FROM ticket WHERE digest = %s AND purpose = %s RETURNING key_id, user_id, expires_at"

# what nobody used; whoever comes first clears some away, and nobody waits for it
_FORGET = """
DELETE FROM ticket WHERE digest IN (
  SELECT t.digest FROM ticket t WHERE t.expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED)
"""
