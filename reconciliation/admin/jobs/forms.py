"""What the console asks before it starts a comparison."""

from typing import Any

from django import forms

from reconciliation.models import Mapping
from reconciliation.states import Priority, Strategy

STRATEGIES = [
    (Strategy.CHECKSUM, "CHECKSUM: everything, row by row where it differs"),
    (Strategy.ROW_COUNT, "ROW_COUNT: only how many rows there are"),
    (Strategy.TIMESTAMP_RANGE, "TIMESTAMP_RANGE: what was written in the last hour"),
    (Strategy.SAMPLE, "SAMPLE: random keys, in depth"),
]
PRIORITIES = [
    (Priority.NORMAL, "NORMAL: in order"),
    (Priority.HIGH, "HIGH: before the others"),
    (Priority.LOW, "LOW: when nothing else waits"),
]


class StartForm(forms.Form):
    """Tables, how, and how soon."""

    tables = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked is all of them. A table that is being compared is joined: its job is shown.",
    )
    strategy = forms.ChoiceField(choices=STRATEGIES, label="How")
    priority = forms.ChoiceField(choices=PRIORITIES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Mapping.objects.filter(enabled=True).order_by("name").values_list("name", flat=True)
        tables = self.fields["tables"]
        assert isinstance(tables, forms.MultipleChoiceField)
        tables.choices = [(name, name) for name in names]
