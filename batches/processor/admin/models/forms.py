"""What the console asks for a model: a file, and how items are batched for it."""

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from batches.processor.configuration import LARGEST_BATCH
from batches.processor.runtimes.names import paths
from batches.processor.services.models import LONGEST_LATENCY_MS, NAME
from batches.processor.states import InputFit

MISNAMED = "Letters, digits, '.', '_' and '-', at most 100 of them; the first is a letter or a digit."


def _runtimes() -> list[tuple[str, str]]:
    return [(name, name) for name in paths()]


class VersionForm(forms.Form):
    """A file, as another version of a model."""

    file = forms.FileField(help_text="An ONNX model in one file, or what the runtime takes. It is loaded on trial.")
    version = forms.RegexField(
        rf"^(?:{NAME.pattern})\Z",
        required=False,
        help_text="Left empty: 1.0, 2.0 and so on.",
        error_messages={"invalid": MISNAMED},
    )
    runtime = forms.ChoiceField(choices=_runtimes, initial="onnx")
    input_fit = forms.ChoiceField(
        label="Inputs of another length",
        choices=[
            (InputFit.EXACT, "fail, each item alone"),
            (InputFit.PAD, "are filled with zeros, or cut"),
        ],
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        size, limit = file.size or 0, settings.MODEL_MAX_BYTES
        if size > limit:
            raise forms.ValidationError(f"It has {size:,} bytes; at most {limit:,} are taken (MODEL_MAX_BYTES).")
        return file


class ModelForm(VersionForm):
    """The first version of a model, or another one of the model that has the name."""

    name = forms.RegexField(rf"^(?:{NAME.pattern})\Z", error_messages={"invalid": MISNAMED})
    default = forms.BooleanField(required=False, label="It takes submissions that name no model")
    field_order = ("name", "file", "version", "runtime", "input_fit", "default")


class BatchingForm(forms.Form):
    """How items are batched for a model."""

    description = forms.CharField(max_length=1000, required=False, widget=forms.Textarea({"rows": 2}))
    max_batch_size = forms.IntegerField(
        label="Largest run (items)",
        min_value=1,
        max_value=LARGEST_BATCH,
        required=False,
        help_text="Left empty: the processor's. Lower it for a model that needs much memory for each item.",
    )
    target_latency_ms = forms.FloatField(
        label="What a run should take (ms)",
        min_value=0.001,
        max_value=LONGEST_LATENCY_MS,
        help_text="Small: runs of few items that end soon. Large: more items a second, each of them later.",
    )
    warm_up = forms.BooleanField(
        required=False,
        label="Load and warm it up when a worker starts",
        help_text="Off: the first items after a start wait until it is loaded, and their runs are slower.",
    )
