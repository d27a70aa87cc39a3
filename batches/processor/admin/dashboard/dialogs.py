"""The form that configures the processor."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.models import User

from batches.processor import queries, services
from batches.processor.configuration import LARGEST_BATCH
from batches.processor.models import ProcessorSetting
from batches.processor.roles import ADMINS
from batches.processor.services.configure import LONGEST_WAIT_MS
from batches.processor.states import Priority
from project.api.errors import InvalidRequest
from project.console.dialogs import Answers, Dialog

STORED = ("max_batch_size", "max_wait_time_ms", "enable_dynamic_batching")
SWITCH = {"": None, "on": True, "off": False}


def _switch(text: str) -> bool | None:
    return SWITCH[text]


def _weight(priority: Priority) -> forms.FloatField:
    return forms.FloatField(label=f"Weight of {priority.value}", min_value=0, max_value=1)


class ConfigureForm(forms.Form):
    """Left empty: what the environment says."""

    max_batch_size = forms.IntegerField(
        label="Largest run (items)",
        min_value=1,
        max_value=LARGEST_BATCH,
        required=False,
        help_text="Left empty: MAX_BATCH_SIZE of the environment.",
    )
    max_wait_time_ms = forms.FloatField(
        label="Longest wait of a run that isn't full (ms)",
        min_value=0,
        max_value=LONGEST_WAIT_MS,
        required=False,
        help_text="Left empty: MAX_WAIT_TIME_MS of the environment. 0 waits for nothing.",
    )
    enable_dynamic_batching = forms.TypedChoiceField(
        label="Dynamic batching",
        choices=[("", "as the environment says"), ("on", "on"), ("off", "off")],
        coerce=_switch,
        empty_value=None,
        required=False,
        help_text="ENABLE_DYNAMIC_BATCHING of the environment says whether it is on.",
    )
    critical = _weight(Priority.CRITICAL)
    high = _weight(Priority.HIGH)
    normal = _weight(Priority.NORMAL)
    low = _weight(Priority.LOW)


def initial(row: ProcessorSetting) -> Answers:
    """What is stored, and the weights as they are."""
    switch = next(text for text, value in SWITCH.items() if value is row.enable_dynamic_batching)
    weights = queries.settings_now().priority_weights
    stored = {"max_batch_size": row.max_batch_size, "max_wait_time_ms": row.max_wait_time_ms}
    return {**stored, "enable_dynamic_batching": switch, **weights}


def _configure(row: ProcessorSetting, actor: User, answers: Answers) -> ProcessorSetting:
    changes = _changes(row, answers)
    if not changes:
        raise InvalidRequest("Nothing differs from what holds now. Change a value, or go back.")
    services.configure(changes=changes, actor=actor)
    return row


def _changes(row: ProcessorSetting, answers: Answers) -> Mapping[str, Any]:
    changes: dict[str, Any] = {name: answers[name] for name in STORED if answers[name] != getattr(row, name)}
    now = queries.settings_now().priority_weights
    weights = {name.value: answers[name.value] for name in Priority if round(answers[name.value], 2) != now[name.value]}
    return {**changes, "priority_weights": weights} if weights else changes


def _explain(_: ProcessorSetting) -> list[str]:
    return [
        "Every worker process has it with its next run, without a restart. The change is in the audit trail.",
        "Weights are those of the engine's priority classes: they hold for its other queues as well.",
    ]


CONFIGURE = Dialog("configure", "Configure", ADMINS, ConfigureForm, _explain, _configure, "is configured anew")
