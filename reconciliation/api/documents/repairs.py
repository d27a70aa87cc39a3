"""What a repair takes and answers."""

from typing import Any

from rest_framework import serializers

from project.api.serializers import StrictSerializer
from reconciliation.models import Repair

LONGEST_REASON = 500


class RepairRequest(StrictSerializer):
    """Look, or do."""

    dry_run = serializers.BooleanField(default=True, help_text="True: say what would be done, and do nothing")
    preview = serializers.CharField(
        required=False,
        max_length=64,
        help_text="As a dry run gave it: only what it showed is done. Without it the rows as they are now count",
    )
    reason = serializers.CharField(
        required=False, max_length=LONGEST_REASON, help_text="Needed to do it; stays with the repair"
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given["dry_run"] and not given.get("reason"):
            raise serializers.ValidationError({"reason": ["Say why: with dry_run false it is needed."]})
        return given


class RepairedColumn(serializers.Serializer[Any]):
    """A mapped column of the target. Bytes are given by number and digest."""

    column = serializers.CharField()
    type = serializers.CharField(help_text="What it is compared as")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    changes = serializers.BooleanField(help_text="Whether it is written")


class RepairDocument(serializers.Serializer[Any]):
    """What would be done, or was."""

    mismatch_id = serializers.UUIDField()
    dry_run = serializers.BooleanField()
    action = serializers.ChoiceField(
        choices=Repair.Action.choices, allow_null=True, help_text="Null: both sides are equal now"
    )
    outcome = serializers.ChoiceField(choices=[Repair.Outcome.APPLIED], allow_null=True, help_text="Null for a dry run")
    columns = RepairedColumn(many=True)
    refused = serializers.ListField(child=serializers.CharField(), help_text="Why it would not be done")
    preview = serializers.CharField(help_text="Stands for exactly these two rows and this deed")
    resolution_status = serializers.CharField(help_text="Of the mismatch, now")
