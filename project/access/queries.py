"""Reading keys and the audit trail."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from project.access.models import ApiKey, AuditEntry
from project.api.errors import NotFound


def api_keys(*, owner: str | None = None, valid: bool | None = None) -> QuerySet[ApiKey]:
    """Keys with their owners; `valid` keeps those that work, or those that don't."""
    found = ApiKey.objects.select_related("owner")
    if owner is not None:
        found = found.filter(owner__username=owner)
    if valid is not None:
        ends = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        works = Q(revoked_at=None, owner__is_active=True) & ends
        found = found.filter(works if valid else ~works)
    return found


def api_key(prefix: str) -> ApiKey:
    """The key with this prefix. Raises a 404."""
    key = ApiKey.objects.select_related("owner").filter(prefix=prefix).first()
    if key is None:
        raise NotFound(f"There is no API key with the prefix {prefix}.")
    return key


def audit_entries(
    *,
    operation: str | None = None,
    target: str | None = None,
    actor: str | None = None,
    request_id: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[AuditEntry]:
    """Entries that meet all conditions that are given; `since` is inclusive, `until` is not."""
    conditions = {
        "operation": operation,
        "target": target,
        "actor_name": actor,
        "request_id": request_id,
        "recorded_at__gte": since,
        "recorded_at__lt": until,
    }
    return AuditEntry.objects.filter(**{name: value for name, value in conditions.items() if value is not None})
