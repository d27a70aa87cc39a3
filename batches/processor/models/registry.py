"""The models that items run through, and their versions."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from batches.processor.states import InputFit


class InferenceModel(models.Model):
    """A name, the version that it stands for, and how items are batched for it."""

    id = models.AutoField(primary_key=True)
    name = models.TextField(unique=True)
    description = models.TextField(blank=True, db_default="")
    is_default = models.BooleanField(db_default=False, help_text="Takes the submissions that name no model.")
    default_version = models.ForeignKey(
        "ModelVersion", models.PROTECT, null=True, blank=True, related_name="+", help_text="For its bare name."
    )
    max_batch_size = models.IntegerField(null=True, blank=True, help_text="Null: the processor's.")
    target_latency_ms = models.FloatField(
        db_default=25.0, help_text="What one run of the model should take; adaptive batches stay below."
    )
    warm_up = models.BooleanField(db_default=True, help_text="Run it on made-up items when a worker loads it.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "inference_model"
        ordering = ["name"]
        verbose_name = "model"
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="inference_model_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(max_batch_size__isnull=True) | models.Q(max_batch_size__gte=1),
                name="inference_model_max_batch_size",
            ),
            models.CheckConstraint(
                condition=models.Q(target_latency_ms__gt=0), name="inference_model_target_latency_ms"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Files(models.Manager["ModelVersion"]):
    """Leaves the files where they are until one is asked for."""

    def get_queryset(self) -> models.QuerySet["ModelVersion"]:
        return super().get_queryset().defer("file")


class ModelVersion(models.Model):
    """One file of a model, as it was registered. It never changes."""

    id = models.AutoField(primary_key=True)
    model = models.ForeignKey(InferenceModel, models.CASCADE, related_name="versions")
    version = models.TextField()
    runtime = models.TextField(help_text="One of MODEL_RUNTIMES.")
    input_fit = models.TextField(choices=InputFit.choices, db_default=InputFit.EXACT)
    file = models.BinaryField()
    size = models.IntegerField(help_text="Bytes of the file.")
    sha256 = models.TextField()
    signature = models.JSONField(help_text="inputs and outputs: name, type, shape.")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )

    objects = Files()

    class Meta:
        db_table = "model_version"
        base_manager_name = "objects"
        ordering = ["model", "-id"]
        verbose_name = "version"
        constraints = [models.UniqueConstraint(fields=["model", "version"], name="model_version_once")]

    def __str__(self) -> str:
        return f"{self.model.name}-v{self.version}"
