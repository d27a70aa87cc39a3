"""What the console asks for an ignore rule."""

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from reconciliation.definition import columns
from reconciliation.models import Mapping
from reconciliation.services.rules import LONGEST_REASON
from reconciliation.services.rules.predicates import OPERATORS, WITHOUT_VALUE

CONDITIONS = 4
DAYS = [("30", "30 days"), ("7", "7 days"), ("90", "90 days"), ("365", "a year"), ("", "until it is ended")]


class MappingForm(forms.Form):
    """Of which table."""

    mapping = forms.ModelChoiceField(Mapping.objects.all(), empty_label=None)


class ConditionForm(forms.Form):
    """One condition on a row; an empty column is none."""

    column = forms.ChoiceField(required=False, widget=forms.Select({"aria-label": "Column of the condition"}))
    operator = forms.ChoiceField(
        choices=[(name, name.replace("_", " ")) for name in OPERATORS],
        required=False,
        widget=forms.Select({"aria-label": "Operator"}),
    )
    value = forms.CharField(
        required=False, strip=False, max_length=2000, widget=forms.TextInput({"aria-label": "Value"})
    )

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "column", "no condition", names)

    def condition(self) -> dict[str, Any] | None:
        """As a predicate has it."""
        answers = self.cleaned_data
        if not answers.get("column"):
            return None
        found = {"column": answers["column"], "operator": answers["operator"]}
        if answers["operator"] in WITHOUT_VALUE:
            return found
        return {**found, "value": _several(answers["value"]) if answers["operator"] == "in" else answers["value"]}


class RuleForm(forms.Form):
    """What to leave out: a column, or whole rows that meet every condition."""

    column = forms.ChoiceField(required=False, label="Leave this column out", help_text="Or give conditions below.")
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 2}),
        error_messages={"required": "Say why: whoever meets the rule reads it."},
    )
    days = forms.ChoiceField(choices=DAYS, required=False, initial="30", label="For")

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "column", "none: conditions instead", names)

    def expires_at(self) -> Any:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None


ConditionForms = forms.formset_factory(ConditionForm, extra=CONDITIONS, max_num=CONDITIONS, absolute_max=CONDITIONS)


def column_names(mapping: Mapping, *, keys: bool) -> list[str]:
    """Target columns of a mapping, with or without those of the key."""
    return [column.target for column in columns(mapping.columns) if keys or not column.key]


def _choose(form: forms.Form, name: str, nothing: str, names: list[str]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", nothing), *((one, one) for one in names)]


def _several(text: str) -> list[Any]:
    """A JSON list, or texts with commas between them."""
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            found = None
        if isinstance(found, list):
            return found
    return [part.strip() for part in text.split(",") if part.strip()]
