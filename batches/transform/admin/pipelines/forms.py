"""What the console asks for a pipeline: its steps as JSON, and items to try them on."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django import forms
from rest_framework.exceptions import ParseError

from batches.transform.api.documents.pipelines import NAME, TRIED
from project.api.errors import ApiError
from project.api.parsers import JsonParser

LONGEST = 2_000_000  # characters of steps: a lookup table may be large
LONGEST_ITEMS = 1_000_000


class DocumentField(forms.CharField):
    """A JSON document, read as the API reads one."""

    def __init__(self, *, rows: int, **given: Any) -> None:
        super().__init__(
            strip=False,
            widget=forms.Textarea({"rows": rows, "spellcheck": "false", "class": "code"}),
            **given,
        )

    def clean(self, value: Any) -> Any:
        text = super().clean((value or "").strip() and value)
        if not text:
            return None
        try:
            return JsonParser().parse(BytesIO(text.encode()))
        except ParseError as error:
            raise forms.ValidationError(str(error.detail)) from None


class ItemsField(DocumentField):
    """Items: a JSON list, or one of them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(rows=8, max_length=LONGEST_ITEMS, label="Items", **given)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found is None:
            return None
        items = found if isinstance(found, list) else [found]
        if not 1 <= len(items) <= TRIED:
            raise forms.ValidationError(f"There are {len(items)} items. Paste 1 to {TRIED}.")
        return items


class TryForm(forms.Form):
    """Items to try a version on."""

    items = ItemsField(
        help_text="A JSON list of 1 to 100 items, or one item. Nothing is stored.",
        error_messages={"required": "Paste items to try, as a JSON list."},
    )


class StepsForm(forms.Form):
    """A version as its author writes it."""

    steps = DocumentField(
        rows=14,
        max_length=LONGEST,
        help_text="A JSON list, done in its order; each step is an object with its op.",
        error_messages={"required": "Write the steps as a JSON list."},
    )
    sensitive = forms.CharField(
        required=False,
        max_length=100_000,
        widget=forms.Textarea({"rows": 2}),
        label="Sensitive fields",
        help_text="Fields of the items that may leave masked only, with commas or on lines of their own.",
    )
    note = forms.CharField(
        required=False, max_length=1000, help_text="What changed, and why. It stands in the list of versions."
    )

    def clean_sensitive(self) -> list[str]:
        text = self.cleaned_data["sensitive"].replace(",", "\n")
        return [name.strip() for name in text.splitlines() if name.strip()]

    def refuse(self, error: ApiError) -> None:
        """Says what is wrong at the field, by step and member."""
        fields: Mapping[str, Sequence[str]] = (error.details or {}).get("fields", {})
        for place, reasons in fields.items():
            name, _, inner = place.partition(".")
            for reason in reasons:
                field = name if name in self.fields else None
                self.add_error(field, f"{self._where(inner)}{reason}")
        if not fields:
            self.add_error(None, error.message)

    def _where(self, inner: str) -> str:
        """Of `2.pattern`: Step 2 (regex_replace), pattern."""
        number, _, member = inner.partition(".")
        if not number.isdecimal():
            return ""
        step = self.cleaned_data["steps"][int(number)]
        op = f" ({step['op']})" if isinstance(step, dict) and isinstance(step.get("op"), str) else ""
        return f"Step {number}{op}{f', {member}' if member else ''}: "


class NewVersionForm(StepsForm):
    """Other steps for a pipeline."""

    activate = forms.BooleanField(required=False, initial=True, label="Use it for the batches to come")
    items = ItemsField(required=False, help_text="To try the steps on, before they are saved. Nothing is stored of it.")


class NewPipelineForm(StepsForm):
    """A pipeline and its first version, which is in use at once."""

    name = forms.RegexField(NAME, error_messages={"invalid": "Small letters, digits, hyphens and underscores."})
    description = forms.CharField(required=False, max_length=1000)
    items = ItemsField(required=False, help_text="To try the steps on, before they are saved. Nothing is stored of it.")
    field_order = ("name", "description", "steps", "sensitive", "note", "items")
