"""What the reconciliation API takes."""

from rest_framework import serializers

from project.api.serializers import StrictSerializer
from reconciliation.api.moments import From, To
from reconciliation.api.pages import PageForm
from reconciliation.states import JobStatus, JobType, MismatchType, Priority, Resolution, Strategy

MOST_TABLES = 1000


class TriggerRequest(StrictSerializer):
    """Which tables to compare, how, and how soon."""

    tables = serializers.ListField(
        child=serializers.CharField(), max_length=MOST_TABLES, help_text="Names of mapped tables; empty is all of them"
    )
    validation_strategy = serializers.ChoiceField(choices=Strategy.choices)
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL)


class JobFilter(PageForm):
    """Which jobs to list."""

    table = serializers.CharField(required=False)
    status = serializers.ChoiceField(choices=JobStatus.choices, required=False)
    job_type = serializers.ChoiceField(choices=JobType.choices, required=False)
    from_date = From(required=False, help_text="Started then or later; a date is its first moment, UTC")
    to_date = To(required=False, help_text="Started then or earlier; a date is its last moment, UTC")


class MismatchFilter(PageForm):
    """Which mismatches to list."""

    table = serializers.CharField(required=False)
    mismatch_type = serializers.ChoiceField(choices=MismatchType.choices, required=False)
    resolution_status = serializers.ChoiceField(choices=Resolution.choices, required=False)
    job_id = serializers.UUIDField(required=False, help_text="A job that saw them")
    from_date = From(required=False, help_text="Detected then or later; a date is its first moment, UTC")
    to_date = To(required=False, help_text="Detected then or earlier; a date is its last moment, UTC")


class ResolveRequest(StrictSerializer):
    """What became of a mismatch."""

    resolution_status = serializers.ChoiceField(
        choices=Resolution.choices, help_text="MANUAL_RESOLVED or IGNORED; the others are refused as a transition"
    )
    resolution_notes = serializers.CharField(max_length=1000, required=False, allow_blank=True, allow_null=True)
    ignored_until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="With IGNORED: pending again after it; for good by default"
    )
    version = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="As it was read; 409 when the mismatch changed since",
    )
