"""What the console asks before rows of the target are changed."""

from django import forms

from project.console.dialogs import ReasonForm
from reconciliation.services.repair.orders import BUDGET_SECONDS, LONGEST_BUDGET


class ManyForm(ReasonForm):
    """Why, and for how long."""

    budget_seconds = forms.FloatField(
        initial=int(BUDGET_SECONDS),
        min_value=1,
        max_value=LONGEST_BUDGET,
        label="For at most, in seconds",
        help_text="What is left then stays as it is. Ask again for the rest.",
    )
    deletes = forms.BooleanField(
        required=False,
        label="Also delete rows that only the target has",
        help_text="Where their mapping allows it. Without this they are refused.",
    )

    def __init__(self, *args: object, may_delete: bool, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not may_delete:
            del self.fields["deletes"]
