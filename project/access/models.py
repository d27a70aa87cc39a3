"""API keys, tickets, the audit trail and the buckets of the throttles."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from project.access.roles import Role


class ApiKey(models.Model):
    """A key of a person or a system. The key itself is shown once when it is made; only its digest is kept."""

    class Origin(models.TextChoices):
        CREATED = "created"  # by a person: console, API or command
        ENVIRONMENT = "environment"  # named in API_KEYS; valid while it is named there

    name = models.CharField(
        max_length=100, help_text="What the key is for: a person will want to know when revoking it"
    )
    prefix = models.CharField(max_length=16, unique=True, help_text="The part of the key that may be shown")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the whole key, in hexadecimal")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys")
    roles = ArrayField(models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role]))
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.CREATED)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="Exact to a minute")

    class Meta:
        db_table = "api_key"
        verbose_name = "API key"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="api_key_roles_known",
                condition=models.Q(roles__contained_by=[role.value for role in Role], roles__len__gt=0),
            ),
            models.CheckConstraint(name="api_key_digest_is_sha256", condition=models.Q(digest__regex="^[0-9a-f]{64}$")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def is_valid(self) -> bool:
        """Neither revoked nor expired, and its owner may still sign in."""
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not expired and self.owner.is_active


class Ticket(models.Model):
    """Stands for a key or a user, once and for a short while. The ticket itself is shown when it is made; only its
    digest is kept, until it is used."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of the ticket, in hexadecimal")
    purpose = models.CharField(max_length=40, help_text="What it opens")
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "ticket"
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="ticket_expires_at")]

    def __str__(self) -> str:
        return f"{self.purpose} until {self.expires_at:%H:%M:%S}"

    @property
    def is_valid(self) -> bool:
        """Its time isn't over, its key is valid, and its user may still sign in."""
        key_is_good = self.key is None or self.key.is_valid
        user_is_good = self.user is None or self.user.is_active
        return self.expires_at > timezone.now() and key_is_good and user_is_good


class AuditEntry(models.Model):
    """One write by somebody. Append-only: `access.refuse_audit_change` refuses anything but INSERT (TU302).

    Names and prefixes are copied, so that an entry reads the same after a user was renamed or a key revoked.
    """

    id = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField(db_default=Now())
    operation = models.CharField(max_length=100)
    target = models.CharField(max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    actor_name = models.CharField(max_length=150)
    key_prefix = models.CharField(max_length=16, blank=True)
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    details = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        db_table = "audit_entry"
        verbose_name = "audit entry"
        verbose_name_plural = "audit trail"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["recorded_at"], name="audit_entry_recorded_at"),  # the filters since and until
            models.Index(fields=["target", "-id"], name="audit_entry_target"),
            models.Index(fields=["operation", "-id"], name="audit_entry_operation"),
            models.Index(fields=["actor", "-id"], name="audit_entry_actor"),
            models.Index(fields=["request_id"], name="audit_entry_request_id", condition=~models.Q(request_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.target} by {self.actor_name}"


class TokenBucket(models.Model):
    """A throttle's state: what was left after the last token that was given, and when that was.

    The table is unlogged: losing it in a crash only fills the buckets, and taking a token waits for no disk.
    """

    key = models.CharField(max_length=200, primary_key=True)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()

    class Meta:
        db_table = "token_bucket"

    def __str__(self) -> str:
        return self.key
