"""What the console asks before it pauses, limits or drains a queue."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from project.console.dialogs import ReasonForm

LENGTHS = [
    ("", "until somebody resumes it"),
    ("15", "15 minutes"),
    ("60", "1 hour"),
    ("480", "8 hours"),
    ("1440", "1 day"),
]
MOST = 1_000_000_000
LONGEST = timedelta(days=30).total_seconds()


class PauseForm(ReasonForm):
    """Why, and for how long."""

    minutes = forms.ChoiceField(choices=LENGTHS, required=False, label="For")
    until = forms.DateTimeField(
        required=False,
        label="Or until (UTC)",
        widget=forms.DateTimeInput({"type": "datetime-local"}),
        help_text="It goes on by itself then.",
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        until: datetime | None = answers.get("until")
        minutes = answers.pop("minutes", "")
        if until and minutes:
            raise forms.ValidationError("Choose either a length of time or a moment.")
        if minutes:
            answers["until"] = timezone.now() + timedelta(minutes=int(minutes))
        return answers


class LimitsForm(forms.Form):
    """How much of a queue may run; an empty field is no limit."""

    concurrency = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST,
        label="Jobs active at once",
        help_text="Over all workers. Empty for no limit.",
    )
    rate_limit = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST,
        label="Jobs started in a window",
        help_text="Empty for no limit.",
    )
    rate_seconds = forms.FloatField(
        required=False,
        min_value=0.001,
        max_value=LONGEST,
        label="Length of a window, in seconds",
        help_text="It begins with its first job. Needed with the limit above.",
    )
    horizon_seconds = forms.FloatField(
        min_value=0,
        max_value=LONGEST,
        label="Horizon, in seconds",
        help_text="A job of the heaviest class goes before one of the lightest that has waited up to this much longer.",
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if (answers.get("rate_limit") is None) != (answers.get("rate_seconds") is None) and not self.errors:
            missing = "rate_limit" if answers.get("rate_limit") is None else "rate_seconds"
            self.add_error(missing, "A rate is a number of jobs in a window: fill in both, or neither.")
        return answers
