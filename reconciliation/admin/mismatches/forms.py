"""What the console asks before a mismatch is settled."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

LENGTHS = [("", "for good"), ("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days")]
LONGEST_NOTE = 1000  # the contract's


class NoteForm(forms.Form):
    """Why; it stays with the mismatch and in the audit trail."""

    notes = forms.CharField(
        max_length=LONGEST_NOTE,
        label="Note",
        widget=forms.Textarea({"rows": 3, "placeholder": "For whoever meets this mismatch again"}),
        error_messages={"required": "Say why: the note stays with the mismatch."},
    )


class IgnoreForm(NoteForm):
    """Why, and for how long."""

    days = forms.ChoiceField(
        choices=LENGTHS,
        required=False,
        label="Ignore it",
        help_text="It is pending again after that, if it still differs then.",
    )

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        days = answers.pop("days", "")
        answers["ignored_until"] = timezone.now() + timedelta(days=int(days)) if days else None
        return answers
