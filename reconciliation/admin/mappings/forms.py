"""What the console asks for a mapping: two tables, then the pairs of columns, and how it is run."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone

from project.api.errors import InvalidRequest
from reconciliation.comparing.quiet import FIELD, QuietHours
from reconciliation.models import Connection
from reconciliation.services.connections import LONGEST_NAME
from reconciliation.services.mappings import Proposal, Settings, hours
from reconciliation.services.mappings.settings import NUMBERS, RUNNING
from reconciliation.states import SourceKind, Strategy

MOST_COLUMNS = 2000
BLANK = 3
UNITS = [("", "exact"), ("us", "microseconds"), ("ms", "milliseconds"), ("s", "seconds")]
OF_TYPE: dict[str, tuple[str, ...]] = {
    "text": ("nfc", "trim", "empty_is_null"),
    "timestamp": ("unit", "absolute"), "time": ("unit",),
    "integer": ("absolute", "relative"), "decimal": ("absolute", "relative"), "float": ("absolute", "relative"),
}  # fmt: skip
"""The parts of a rule that a type takes."""


class TablesForm(forms.Form):
    """Which tables."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        required=False,
        help_text="The table's name in the API. Empty: that of the target table.",
    )
    source_connection = forms.ModelChoiceField(
        Connection.objects.none(), to_field_name="name", empty_label=None, label="Source"
    )
    source_schema = forms.CharField(max_length=200, label="Keyspace, or schema of the source", strip=False)
    source_table = forms.CharField(max_length=200, label="Table of the source", strip=False)
    target_connection = forms.ModelChoiceField(
        Connection.objects.none(), to_field_name="name", empty_label=None, label="Target"
    )
    target_schema = forms.CharField(max_length=200, label="Schema of the target", initial="public", strip=False)
    target_table = forms.CharField(max_length=200, label="Table of the target", strip=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connections("source_connection", list(SourceKind))
        self._connections("target_connection", [SourceKind.POSTGRESQL])

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        answers["name"] = answers.get("name") or answers.get("target_table", "")
        return answers

    def _connections(self, name: str, kinds: list[SourceKind]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Connection.objects.filter(kind__in=kinds)


class ColumnForm(forms.Form):
    """A column of the source, what it is compared with, and by which rule."""

    source = forms.CharField(widget=forms.HiddenInput, strip=False, required=False)
    target = forms.ChoiceField(required=False)
    key = forms.BooleanField(required=False)
    ignore = forms.BooleanField(required=False)
    unit = forms.ChoiceField(choices=UNITS, required=False)
    absolute = forms.FloatField(required=False, min_value=0, widget=forms.TextInput({"inputmode": "decimal"}))
    relative = forms.FloatField(required=False, min_value=0, widget=forms.TextInput({"inputmode": "decimal"}))
    nfc = forms.BooleanField(required=False)
    trim = forms.BooleanField(required=False)
    empty_is_null = forms.BooleanField(required=False)

    def __init__(self, *args: Any, targets: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = self.fields["target"]
        assert isinstance(target, forms.ChoiceField)
        target.choices = [("", "not compared"), *((name, name) for name in targets)]

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if answers.get("target") and not answers.get("source"):
            self.add_error("source", "Say what it is compared with, such as writetime(name).")
        return answers

    def column(self) -> dict[str, Any] | None:
        """As a mapping has it; None when it isn't compared."""
        answers = self.cleaned_data
        if not answers["target"]:
            return None
        rule = {name: answers[name] for name in RULE if answers[name] not in ("", None, False)}
        return {"source": answers["source"], "target": answers["target"], "key": answers["key"], "rule": rule}


RULE = ("unit", "absolute", "relative", "nfc", "trim", "empty_is_null", "ignore")
ColumnForms = forms.formset_factory(ColumnForm, extra=0, max_num=MOST_COLUMNS, absolute_max=MOST_COLUMNS)


class RunForm(forms.Form):
    """How it is run. An empty field is the installation's setting."""

    timestamp_column = forms.ChoiceField(
        required=False, label="Last written", help_text="Column of the target. TIMESTAMP_RANGE needs it."
    )
    token_column = forms.ChoiceField(
        required=False,
        label="Partition token",
        help_text="Indexed bigint of the target; ranges are read at once by it. manage.py mapping add-token makes one.",
    )
    strategy = forms.ChoiceField(choices=Strategy.choices, label="Scheduled strategy")
    interval_minutes = forms.IntegerField(required=False, label="Every so many minutes")
    warning_percent = forms.FloatField(required=False, label="Drift that warns, in percent")
    critical_percent = forms.FloatField(required=False, label="Drift that is critical, in percent")
    lag_seconds = forms.FloatField(
        label="Read again after, in seconds", help_text="How long a copy may take to arrive."
    )
    chunk_seconds = forms.FloatField(label="One range should take, in seconds")
    rows_per_second = forms.IntegerField(required=False, label="Rows a second from the source, at most")
    quiet_hours = forms.CharField(
        required=False,
        widget=forms.Textarea({"rows": 3, "placeholder": "08:00-18:00 Asia/Jakarta mon-fri"}),
        help_text="A line for each window in which its tables are not read: begin, end, zone, days unless every day.",
    )
    deletes_allowed = forms.BooleanField(required=False, label="A repair may delete rows of the target")
    enabled = forms.BooleanField(required=False, label="Enabled")

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        target = proposal.target
        columns = target.shape.columns
        self._choose("timestamp_column", [column.name for column in columns if target.is_timestamp(column)])
        tokens = [c.name for c in columns if target.can_hold_tokens(c)] if proposal.source.has_tokens else []
        self._choose("token_column", tokens)
        for name, (least, most) in NUMBERS.items():
            self.fields[name].widget.attrs.update(min=least, max=most)

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        found = super().get_initial_for_field(field, field_name)
        return hours.written(found or []) if field_name == FIELD else found

    def clean_quiet_hours(self) -> list[dict[str, Any]]:
        try:
            windows = hours.parsed(self.cleaned_data[FIELD])
            QuietHours.of(windows).check(timezone.now())
        except InvalidRequest as error:
            raise forms.ValidationError(error.message.partition(": ")[2]) from error
        return windows

    def _choose(self, name: str, columns: list[str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "none"), *((column, column) for column in columns)]


def proposed(proposal: Proposal) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What both forms say at first: each column of the source, paired where that can be compared."""
    pairs = {pair.source.name: pair for pair in proposal.pairs if pair.type is not None}
    rows = []
    for column in proposal.source.shape.columns:
        pair = pairs.get(column.name)
        rows.append({"source": column.name, "target": pair.target.name if pair else "", "key": bool(pair and pair.key)})
    rows += _blank(proposal)
    run = {**RUNNING, "timestamp_column": proposal.timestamp_column, "token_column": proposal.token_column}
    return rows, run


def stored(said: Mapping[str, Any], proposal: Proposal) -> list[dict[str, Any]]:
    """What the table of columns says for a mapping that is there already. What is told of a column, or is gone from
    the source, comes behind its columns."""
    columns = {column["source"]: column for column in said["columns"]}
    names = [column.name for column in proposal.source.shape.columns]
    others = [name for name in columns if name not in names]
    rows = [
        {
            "source": name,
            **({} if name not in columns else {part: columns[name].get(part) for part in ("target", "key")}),
            **columns.get(name, {}).get("rule", {}),
        }
        for name in [*names, *others]
    ]
    return [*rows, *_blank(proposal)]


def _blank(proposal: Proposal) -> list[dict[str, Any]]:
    """Rows for what a source tells of its columns, where it tells anything."""
    return [{"source": "", "target": ""} for _ in range(BLANK if proposal.source.has_tokens else 0)]


def settings(tables: Mapping[str, Any], columns: Any, run: RunForm) -> Settings:
    """All that was asked, as the service takes it."""
    places = {name: tables[name] for name in tables if name != "name"}
    named = {name: value.name if isinstance(value, Connection) else value for name, value in places.items()}
    pairs = [column for form in columns for column in [form.column()] if column]
    return Settings(**{**named, "columns": pairs, **run.cleaned_data})  # type: ignore[typeddict-item]
