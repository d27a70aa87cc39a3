"""What the console asks for before it moves a period."""

from django import forms
from django.contrib.auth.models import User

from batches.ledger.models import PeriodStatus


class ReasonForm(forms.Form):
    """Why; it stays in the audit trail."""

    reason = forms.CharField(
        max_length=1000,
        widget=forms.Textarea({"rows": 3, "placeholder": "For whoever reads the audit trail"}),
        error_messages={"required": "Say why: the reason stays in the audit trail."},
    )


class NoteForm(forms.Form):
    """A remark, if there is one."""

    reason = forms.CharField(
        max_length=1000, required=False, label="Note", widget=forms.Textarea({"rows": 2, "placeholder": "Optional"})
    )


class ExceptionForm(ReasonForm):
    """Who may post, and until when."""

    user = forms.ModelChoiceField(User.objects.none(), to_field_name="username")
    ends_at = forms.DateTimeField(
        label="Until (UTC)",
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"],
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        user = self.fields["user"]
        assert isinstance(user, forms.ModelChoiceField)
        user.queryset = User.objects.filter(is_active=True).order_by("username")


class MonthForm(forms.Form):
    """A month of the books."""

    month = forms.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$", help_text="Like 2025-01", max_length=7)
    status = forms.ChoiceField(choices=[(status, status) for status in (PeriodStatus.OPEN, PeriodStatus.FUTURE)])


class JournalForm(forms.Form):
    """Which entries to show."""

    batch_id = forms.CharField(required=False, label="Batch", max_length=100)
    entry_from = forms.IntegerField(required=False, label="From entry", min_value=1, max_value=2**63 - 1)
    account = forms.CharField(required=False, max_length=100)
    fund = forms.CharField(required=False, max_length=100)
    source = forms.CharField(required=False, max_length=100, help_text="PREMIUM or CLAIM")
    reference = forms.CharField(required=False, label="Transaction id", max_length=100, help_text="With its source")
    date_from = forms.DateField(required=False, label="Posted from", widget=forms.DateInput({"type": "date"}))
    date_to = forms.DateField(required=False, label="to", widget=forms.DateInput({"type": "date"}))
    amount = forms.DecimalField(required=False, max_digits=15, decimal_places=2)
