"""Documents that tell what happened to a batch."""

from typing import Any

from rest_framework import serializers

from batches.monthend.states import BatchType, Phase, Status

Document = serializers.Serializer[Any]


def money(**options: Any) -> serializers.DecimalField:
    """An amount, as text with two decimals."""
    return serializers.DecimalField(max_digits=20, decimal_places=2, **options)


class InitiatedBatch(Document):
    """The answer to an initiation: the month is counted, the rest runs in the engine."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    expected_transactions = serializers.IntegerField(help_text="Exact")
    expected_je_count = serializers.IntegerField(help_text="Exact: one entry for each fund that is not zero")
    estimated_duration_minutes = serializers.FloatField(
        allow_null=True, help_text="From the rate of earlier closes; null before there was one"
    )
    monitoring_url = serializers.CharField()


class AbortingBatch(Document):
    """The answer to an abort; an engine job ends it."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    message = serializers.CharField()
    estimated_rollback_time_seconds = serializers.FloatField(
        allow_null=True, help_text="From the longest earlier rollback; null before there was one"
    )


class BatchSummary(Document):
    """One line of the list of batches."""

    batch_id = serializers.CharField()
    period = serializers.CharField()
    batch_type = serializers.ChoiceField(choices=BatchType.choices)
    status = serializers.ChoiceField(choices=Status.choices)
    phase = serializers.ChoiceField(choices=Phase.choices)
    dry_run = serializers.BooleanField()
    reverses = serializers.CharField(allow_null=True)
    expected_transactions = serializers.IntegerField()
    expected_entries = serializers.IntegerField()
    expected_amount = money(allow_null=True, help_text="Null until planned")
    first_entry = serializers.IntegerField(allow_null=True)
    last_entry = serializers.IntegerField(allow_null=True)
    initiated_by = serializers.CharField(allow_null=True)
    initiated_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class BalanceLine(Document):
    """What a batch moved on one account."""

    account = serializers.CharField()
    name = serializers.CharField()
    debit = money()
    credit = money()


class FundLine(Document):
    """What one source's transactions brought to one fund."""

    source = serializers.CharField()  # type: ignore[assignment]  # DRF has an attribute of this name
    fund = serializers.CharField()
    entries = serializers.IntegerField()
    amount = money()


class PreviousPeriod(Document):
    """What the period before posted, for comparison."""

    period = serializers.CharField()
    entries = serializers.IntegerField()
    amount = money()
    change_percent = serializers.FloatField(allow_null=True)


class Timings(Document):
    """How long each phase took; null for one that has not ended."""

    plan_seconds = serializers.FloatField(allow_null=True)
    post_seconds = serializers.FloatField(allow_null=True)
    validate_seconds = serializers.FloatField(allow_null=True)
    commit_lock_ms = serializers.FloatField(allow_null=True)
    total_seconds = serializers.FloatField(allow_null=True)
    transactions_per_second = serializers.IntegerField(allow_null=True, help_text="Over the whole close")
    posting_per_second = serializers.IntegerField(allow_null=True, help_text="While posting")


class Report(Document):
    """What a batch did."""

    batch_id = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    period = serializers.CharField()
    dry_run = serializers.BooleanField()
    reverses = serializers.CharField(allow_null=True)
    transactions = serializers.IntegerField()
    entries = serializers.IntegerField()
    amount = money(allow_null=True)
    first_entry = serializers.IntegerField(allow_null=True)
    last_entry = serializers.IntegerField(allow_null=True)
    trial_balance = BalanceLine(many=True)
    funds = FundLine(many=True)
    previous_period = PreviousPeriod(allow_null=True)
    timings = Timings()
    recommendation = serializers.ChoiceField(
        choices=["PROCEED", "WARNING", "DO_NOT_PROCEED"], required=False, help_text="Dry runs only"
    )
    findings = serializers.ListField(child=serializers.CharField(), required=False, help_text="Dry runs only")


class Certificate(Document):
    """The proof of a committed batch."""

    batch_id = serializers.CharField()
    number = serializers.IntegerField(help_text="Gapless place in the chain")
    version = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256 of the body's text")
    previous_digest = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    body = serializers.DictField()


class Problem(Document):
    """Something that is not as the certificate says."""

    rule = serializers.CharField()
    range_number = serializers.IntegerField(allow_null=True)
    entry_number = serializers.IntegerField(allow_null=True)
    source_id = serializers.IntegerField(allow_null=True)
    message = serializers.CharField()


class Proof(Document):
    """What recomputing a certificate found."""

    batch_id = serializers.CharField()
    proved = serializers.BooleanField()
    problems = Problem(many=True)
