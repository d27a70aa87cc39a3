"""Bodies that the month-end API takes."""

from typing import Any

from rest_framework import serializers

from batches.monthend.states import BatchType, Status
from project.api.serializers import StrictSerializer


class InitiateRequest(StrictSerializer):
    """Which period to close, and how."""

    period_start = serializers.DateField(help_text="First day of an accounting period")
    period_end = serializers.DateField(help_text="Last day of the same period")
    batch_type = serializers.ChoiceField(choices=BatchType.choices, default=BatchType.COMBINED)
    worker_count = serializers.IntegerField(
        min_value=1, max_value=1000, default=16, help_text="Ranges the month is cut into; each is posted by one worker"
    )
    dry_run = serializers.BooleanField(default=False, help_text="Post and prove everything, then drop it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["period_end"] < attrs["period_start"]:
            raise serializers.ValidationError({"period_end": "Lies before period_start."})
        return attrs


class AbortRequest(StrictSerializer):
    """Why a batch is stopped, and what becomes of what it posted."""

    reason = serializers.CharField(max_length=1000)
    rollback = serializers.BooleanField(default=True, help_text="False keeps the leaves, detached, for inspection")


class RestartRequest(StrictSerializer):
    """Why a worker's range is taken away from it."""

    reason = serializers.CharField(max_length=1000)


class ReverseRequest(StrictSerializer):
    """Why a committed batch is reversed, and into which period."""

    reason = serializers.CharField(max_length=1000)
    period = serializers.RegexField(
        r"^\d{4}-\d{2}$", required=False, help_text="An open period, for instance 2025-02; by default the batch's own"
    )


class ResumeRequest(StrictSerializer):
    """Nothing: the batch knows where it stopped."""


class BatchFilter(StrictSerializer):
    """Which batches to list."""

    status = serializers.ChoiceField(choices=Status.choices, required=False)
    period = serializers.RegexField(r"^\d{4}-\d{2}$", required=False, help_text="For instance 2025-01")


class ReportForm(StrictSerializer):
    """In which form a report is wanted."""

    format = serializers.ChoiceField(choices=["json", "csv"], default="json", help_text="csv: the trial balance alone")
