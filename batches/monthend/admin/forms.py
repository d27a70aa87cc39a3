"""What the console asks for before it starts, stops or reverses a close."""

from django import forms

from batches.ledger.models import AccountingPeriod, PeriodStatus
from batches.monthend.states import BatchType
from project.console.dialogs import ReasonForm

TAKES_ENTRIES = (PeriodStatus.OPEN, PeriodStatus.CLOSING)
BATCH_TYPES = [
    (BatchType.COMBINED, "Premiums and claims"),
    (BatchType.PREMIUM, "Premiums only"),
    (BatchType.CLAIMS, "Claims only"),
]


class StartForm(forms.Form):
    """A new close."""

    period = forms.ModelChoiceField(AccountingPeriod.objects.none(), empty_label=None)
    batch_type = forms.ChoiceField(choices=BATCH_TYPES, label="What to post")
    worker_count = forms.IntegerField(
        initial=16,
        min_value=1,
        max_value=1000,
        label="Ranges",
        help_text="The month is cut into this many ranges, 1 to 1000. Each is posted by one worker.",
    )
    dry_run = forms.BooleanField(
        required=False,
        label="Dry run",
        help_text="Post and prove everything, then drop it and say whether a real close would go through.",
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        period = self.fields["period"]
        assert isinstance(period, forms.ModelChoiceField)
        period.queryset = AccountingPeriod.objects.filter(status__in=TAKES_ENTRIES)
        period.to_field_name = "code"


class AbortForm(ReasonForm):
    """Stopping a batch."""

    rollback = forms.BooleanField(
        required=False,
        initial=True,
        label="Drop what was posted",
        help_text="Unticked, the posted leaves are kept detached from the journal, to look into.",
    )


class ReverseForm(ReasonForm):
    """Reversing a batch, into a period that takes entries."""

    period = forms.ModelChoiceField(
        AccountingPeriod.objects.none(), required=False, empty_label="The batch's own period", to_field_name="code"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        period = self.fields["period"]
        assert isinstance(period, forms.ModelChoiceField)
        period.queryset = AccountingPeriod.objects.filter(status__in=TAKES_ENTRIES)
