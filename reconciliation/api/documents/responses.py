"""What the reconciliation API answers. Members of the contract come first, each with its name and meaning."""

from typing import Any

from rest_framework import serializers

from reconciliation.api.pages import Pagination
from reconciliation.drift import Severity
from reconciliation.states import Detail, JobStatus, JobType, MismatchType, Priority, Resolution, Strategy

Document = serializers.Serializer[Any]


class TriggeredJobs(Document):
    """The answer to a trigger; the engine does the work."""

    job_ids = serializers.ListField(child=serializers.UUIDField(), help_text="In the order of the tables")
    status = serializers.ChoiceField(choices=[JobStatus.RUNNING])
    message = serializers.CharField()
    estimated_completion = serializers.DateTimeField(help_text="From measured rates")
    joined = serializers.ListField(
        child=serializers.CharField(), help_text="Tables that were being compared already: their ids are of that job"
    )


class ReconciliationJobSummary(Document):
    """What a list and a job's own document have in common."""

    job_id = serializers.UUIDField()
    table_name = serializers.CharField()
    job_type = serializers.ChoiceField(choices=JobType.choices)
    validation_strategy = serializers.ChoiceField(choices=Strategy.choices)
    started_at = serializers.DateTimeField(help_text="The trigger's moment until the job begins")
    completed_at = serializers.DateTimeField(allow_null=True)
    duration_seconds = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=JobStatus.choices)
    cassandra_row_count = serializers.IntegerField(allow_null=True, help_text="Of the source, whatever its kind")
    postgres_row_count = serializers.IntegerField(allow_null=True, help_text="Of the target")
    mismatch_count = serializers.IntegerField()
    drift_percentage = serializers.FloatField(
        allow_null=True,
        help_text="Mismatches over rows of the source; over the sample for SAMPLE. Null until completed",
    )
    alert_fired = serializers.BooleanField()
    severity = serializers.ChoiceField(choices=Severity.choices, allow_null=True, help_text="Of the drift")
    detail = serializers.ChoiceField(choices=Detail.choices, help_text="PARTIAL: all counted, a sample stored")
    priority = serializers.ChoiceField(choices=Priority.choices)
    method = serializers.CharField(allow_blank=True, help_text="How it compares, chosen by a probe")
    triggered_by = serializers.CharField(allow_null=True)
    queued_at = serializers.DateTimeField()
    paused_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then a running job reads nothing: its mapping has quiet hours"
    )
    paused = serializers.CharField(allow_null=True, help_text="The same for people: paused until 18:00 Asia/Jakarta")


class ReconciliationJobPage(Document):
    """A page of jobs."""

    jobs = ReconciliationJobSummary(many=True)
    pagination = Pagination()


class SampleMismatch(Document):
    """A mismatch as the job saw it."""

    mismatch_id = serializers.UUIDField()
    primary_key_value = serializers.CharField()
    mismatch_type = serializers.ChoiceField(choices=MismatchType.choices)
    cassandra_checksum = serializers.CharField(allow_null=True, required=False, help_text="With DATA_MISMATCH")
    postgres_checksum = serializers.CharField(allow_null=True, required=False, help_text="With DATA_MISMATCH")
    detected_at = serializers.DateTimeField()
    resolution_status = serializers.ChoiceField(choices=Resolution.choices)


class MismatchesSummary(Document):
    """How many mismatches of each type."""

    MISSING_IN_POSTGRES = serializers.IntegerField()
    MISSING_IN_CASSANDRA = serializers.IntegerField()
    DATA_MISMATCH = serializers.IntegerField()


class Ranges(Document):
    """How many ranges are in each state."""

    PENDING = serializers.IntegerField()
    EQUAL = serializers.IntegerField()
    DIFFERENT = serializers.IntegerField()
    COUNTED = serializers.IntegerField()
    SPLIT = serializers.IntegerField()
    FAILED = serializers.IntegerField()


class Proved(Document):
    """What a job proved equal."""

    ranges = serializers.IntegerField()
    rows = serializers.IntegerField()
    proved_since = serializers.DateTimeField(allow_null=True)


class ReconciliationJobDocument(ReconciliationJobSummary):
    """All about one job."""

    validation_errors = serializers.JSONField(
        allow_null=True, help_text="Why it failed, or what it could not compare: the first 100 errors"
    )
    validation_error_count = serializers.IntegerField(help_text="How many errors there are")
    mismatches_summary = MismatchesSummary()
    sample_mismatches = SampleMismatch(many=True)
    mapping_version = serializers.IntegerField()
    canonical_version = serializers.IntegerField()
    candidates = serializers.IntegerField(help_text="What differed at the first reading")
    deferred = serializers.IntegerField(help_text="Written since the job began: left for the next one")
    compared_rows = serializers.IntegerField()
    drift_bound_percentage = serializers.FloatField(
        allow_null=True, help_text="Of a sample without a mismatch: the drift is below this with 95 % confidence"
    )
    execution_id = serializers.CharField(allow_null=True, help_text="The engine's execution that runs it")
    ranges = Ranges()
    coverage = Proved()


class Resolved(Document):
    """How a mismatch was resolved."""

    mismatch_id = serializers.UUIDField()
    resolution_status = serializers.ChoiceField(choices=Resolution.choices)
    resolution_notes = serializers.CharField(allow_null=True, allow_blank=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(allow_null=True, help_text="Mail address, else name")
    ignored_until = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="Changes with each move")


class MismatchDocument(Resolved):
    """A key whose rows differ."""

    job_id = serializers.UUIDField(help_text="The job of the filter, else the last that saw it")
    table_name = serializers.CharField()
    primary_key_value = serializers.CharField()
    mismatch_type = serializers.ChoiceField(choices=MismatchType.choices)
    cassandra_checksum = serializers.CharField(allow_null=True)
    postgres_checksum = serializers.CharField(allow_null=True)
    cassandra_data = serializers.DictField(allow_null=True)
    postgres_data = serializers.DictField(allow_null=True)
    detected_at = serializers.DateTimeField()
    differing_columns = serializers.ListField(child=serializers.CharField())
    last_seen_at = serializers.DateTimeField()
    times_seen = serializers.IntegerField()


class MismatchPage(Document):
    """A page of mismatches."""

    mismatches = MismatchDocument(many=True)
    pagination = Pagination()
