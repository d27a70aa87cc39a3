"""What differs: candidates until they are read again, mismatches from then on, and what became of them."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models.functions import Now

from reconciliation.states import MismatchType, Resolution

from .jobs import ReconciliationJob
from .mappings import Mapping


class Candidate(models.Model):
    """A key that differed when its range was read. Read again after the lag window, then gone."""

    job = models.ForeignKey(ReconciliationJob, models.CASCADE, related_name="+")
    range_number = models.IntegerField()
    key = models.JSONField(help_text="As reconciliation.comparing.keys writes it.")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "candidate"
        indexes = [models.Index(fields=["job", "range_number"], name="reconciliation_candidate_range")]

    def __str__(self) -> str:
        return f"{self.job_id} {self.key}"


class Mismatch(models.Model):
    """A key whose rows differ, over all jobs that saw it. `fingerprint` is that of mapping and key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    fingerprint = models.TextField(unique=True)
    mapping = models.ForeignKey(Mapping, models.PROTECT, related_name="mismatches")
    job = models.ForeignKey(ReconciliationJob, models.PROTECT, related_name="+", help_text="The last that saw it.")
    table_name = models.TextField()
    key = models.JSONField(help_text="As reconciliation.comparing.keys writes it.")
    primary_key_value = models.TextField(help_text="The key for people; columns joined by a slash.")
    mismatch_type = models.TextField(choices=MismatchType)
    columns = models.JSONField(default=list, help_text="Names of the columns that differ.")
    source_data = models.JSONField(null=True)
    target_data = models.JSONField(null=True)
    source_checksum = models.TextField(null=True)  # noqa: DJ001  there is none for a row that is missing
    target_checksum = models.TextField(null=True)  # noqa: DJ001
    detected_at = models.DateTimeField(db_default=Now(), help_text="First seen.")
    last_seen_at = models.DateTimeField(db_default=Now())
    times_seen = models.IntegerField(db_default=1)
    resolution_status = models.TextField(choices=Resolution, db_default=Resolution.PENDING)
    resolution_notes = models.TextField(null=True)  # noqa: DJ001
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ignored_until = models.DateTimeField(null=True, help_text="Null: for good.")
    version = models.IntegerField(db_default=1, help_text="Changes with each move; a stale page is refused by it.")

    class Meta:
        db_table = "mismatch"
        verbose_name_plural = "mismatches"
        ordering = ["-detected_at", "id"]
        indexes = [
            models.Index(fields=["-detected_at", "id"], name="mismatch_newest"),
            models.Index(fields=["table_name", "resolution_status", "-detected_at"], name="mismatch_of_table"),
            models.Index(fields=["resolution_status", "-detected_at", "id"], name="mismatch_of_status"),
            HashIndex(fields=["primary_key_value"], name="mismatch_of_key"),  # keys of any length
            models.Index(
                fields=["mapping", "detected_at"],
                condition=models.Q(resolution_status=Resolution.PENDING),
                name="mismatch_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table_name} {self.primary_key_value}"


class Sighting(models.Model):
    """A job that found a mismatch."""

    job = models.ForeignKey(ReconciliationJob, models.CASCADE, related_name="sightings")
    mismatch = models.ForeignKey(Mismatch, models.CASCADE, related_name="sightings")
    mismatch_type = models.TextField(choices=MismatchType)

    class Meta:
        db_table = "sighting"
        constraints = [models.UniqueConstraint(fields=["job", "mismatch"], name="mismatch_sighting_once")]

    def __str__(self) -> str:
        return f"{self.mismatch_id} in {self.job_id}"


class MismatchEvent(models.Model):
    """One line of a mismatch's history."""

    mismatch = models.ForeignKey(Mismatch, models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    name = models.TextField(
        help_text="detected, seen, rechecked, resolved, ignored, covered, auto_resolved, expired, reopened, repaired"
    )
    note = models.TextField(blank=True, db_default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    job = models.ForeignKey(ReconciliationJob, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "mismatch_event"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.mismatch_id} {self.name}"
