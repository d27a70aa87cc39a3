"""What the console asks for a webhook."""

from typing import Any

from django import forms

from project.api.errors import InvalidRequest
from reconciliation.admin.webhooks.words import EVENTS
from reconciliation.services import subscriptions

CHOICES = [(event.value, f"{event.value}: {words}") for event, words in EVENTS.items()]


class WebhookForm(forms.Form):
    """Where to send which events."""

    url = forms.CharField(
        max_length=subscriptions.LONGEST_URL,
        label="Address",
        widget=forms.TextInput({"inputmode": "url", "placeholder": "https://hooks.example.com/tutup"}),
        error_messages={"required": "Give the address that events are sent to."},
        help_text="http or https. One in a private network is called only where HTTP_JOB_HOSTS lists it.",
    )
    events = forms.MultipleChoiceField(
        required=False,
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked is all of them.",
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            subscriptions.check_url(url)
        except InvalidRequest as error:
            raise forms.ValidationError((error.details or {})["fields"]["url"]) from error
        return url


class NewWebhookForm(WebhookForm):
    """A new one."""

    enabled = forms.BooleanField(required=False, initial=True)

    def given(self) -> dict[str, Any]:
        """As the service takes it."""
        return {name: self.cleaned_data[name] for name in ("url", "events", "enabled")}
